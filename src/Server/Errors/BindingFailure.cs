using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Slipway.Server.Errors;

/// <summary>Says of a parameter that could not be read which one it is, what it was given, and what it takes.</summary>
internal static partial class BindingFailure
{
    private const int Shown = 100;

    /// <summary>Null: it was something else that failed.</summary>
    public static string? Describe(HttpContext context, BadHttpRequestException failure)
    {
        if (Missing().Match(failure.Message) is { Success: true } missing)
            return $"{Place(context, Find(context, missing.Groups["name"].Value), missing.Groups["name"].Value)} is missing.";
        if (Unread().Match(failure.Message) is not { Success: true } unread)
            return null;
        var name = unread.Groups["name"].Value;
        var value = unread.Groups["value"].Value;
        var parameter = Find(context, name);
        return $"{Place(context, parameter, name)} is '{(value.Length <= Shown ? value : value[..Shown] + "…")}'; {Form(parameter?.ParameterType)}.";
    }

    private static ParameterInfo? Find(HttpContext context, string name) =>
        context.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().FirstOrDefault(known => known.Name == name)?.ParameterInfo;

    private static string Place(HttpContext context, ParameterInfo? parameter, string name)
    {
        var named = parameter?.GetCustomAttributes(inherit: false) ?? [];
        if (named.OfType<IFromHeaderMetadata>().FirstOrDefault() is { } header)
            return $"The header '{header.Name ?? name}'";
        return context.Request.RouteValues.ContainsKey(name)
            ? $"'{name}' in the path"
            : $"The query parameter '{named.OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? name}'";
    }

    private static string Form(Type? type)
    {
        var plain = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(DateTimeOffset))
            return "write a time such as 2026-11-28T14:30:00Z";
        if (plain == typeof(bool))
            return "write true or false";
        if (plain == typeof(int) || plain == typeof(long))
            return string.Create(CultureInfo.InvariantCulture, $"write a whole number of at most {(plain == typeof(int) ? int.MaxValue : long.MaxValue)}");
        return plain == typeof(double)
            ? "write a number such as 0.5"
            : "it has not the form that this route takes; /openapi/v1.json tells it";
    }

    // As the framework words it; it offers no other way to tell.
    [GeneratedRegex("\\AFailed to bind parameter \".* (?<name>[^ \"]+)\" from \"(?<value>.*)\"\\.\\z", RegexOptions.Singleline)]
    private static partial Regex Unread();

    [GeneratedRegex("\\ARequired parameter \".* (?<name>[^ \"]+)\" was not provided from (query string|header|route).*\\.\\z", RegexOptions.Singleline)]
    private static partial Regex Missing();
}
