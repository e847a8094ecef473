using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;

namespace Slipway.Server.Http;

/// <summary>
/// What the record of a body does not allow to be null is there when an operation reads it, in lists and mappings too; JSON that
/// leaves it out is refused, and so is a NUL in a text, which PostgreSQL cannot keep. The serializer itself lets all of it through.
/// </summary>
internal static class CompleteBodies
{
    public static IServiceCollection AddCompleteBodies(this IServiceCollection services) => services.ConfigureHttpJsonOptions(json =>
        json.SerializerOptions.TypeInfoResolver = json.SerializerOptions.TypeInfoResolver!.WithAddedModifier(Guard));

    private static void Guard(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.OnDeserialized is not null)
            return;

        var nullability = new NullabilityInfoContext();
        var fields = type.Properties
            .Where(property => property is { Get: not null } and ({ Set: not null } or { AssociatedParameter: not null }))
            .Where(property => property.AttributeProvider is PropertyInfo { PropertyType.IsValueType: false })
            .Select(property => (property.Name, property.Get, Expected: nullability.Create((PropertyInfo)property.AttributeProvider!)))
            .ToArray();
        if (fields.Length == 0)
            return;

        type.OnDeserialized = body =>
        {
            foreach (var (name, get, expected) in fields)
                Demand(get!(body), expected, name);
        };
    }

    private static void Demand(object? value, NullabilityInfo expected, string path)
    {
        if (value is null && expected.ReadState == NullabilityState.NotNull)
            throw SlipwayException.Invalid($"The body is not the JSON that this route takes: '{path}' is missing or null.");
        if (value is string text && text.Contains('\0', StringComparison.Ordinal))
            throw SlipwayException.Invalid($"'{path}' has a NUL character; leave it out.");
        if (ItemOf(expected) is not { Type.IsValueType: false } item)
            return;

        if (value is IDictionary mapping)
        {
            foreach (DictionaryEntry entry in mapping)
                Demand(entry.Value, item, $"{path}.{entry.Key}");
        }
        else if (value is IEnumerable list)
        {
            var index = 0;
            foreach (var entry in list)
                Demand(entry, item, $"{path}[{index++}]");
        }
    }

    private static NullabilityInfo? ItemOf(NullabilityInfo expected) =>
        expected.ElementType ?? (typeof(IEnumerable).IsAssignableFrom(expected.Type) ? expected.GenericTypeArguments.LastOrDefault() : null);
}
