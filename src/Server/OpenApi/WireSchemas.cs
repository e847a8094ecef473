using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Slipway.Server.OpenApi;

/// <summary>Makes the OpenAPI document say what the server sends, so that clients can be generated from it.</summary>
internal static class WireSchemas
{
    public static IServiceCollection AddWireSchemas(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.CreateSchemaReferenceId = ReferenceId;
        WireOperations.Add(options);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Narrow(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
    });

    // By default a nested record goes by its own name alone, and every operation's Response would be the same schema.
    internal static string? ReferenceId(JsonTypeInfo type)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } id)
            return null;

        var module = type.Type.Assembly.GetName().Name!;
        return module.StartsWith("Slipway.", StringComparison.Ordinal)
            ? string.Join('.', Nesting(type.Type).Append(module["Slipway.".Length..]).Reverse())
            : id;
    }

    private static IEnumerable<string> Nesting(Type type)
    {
        for (var current = type; current is not null; current = current.DeclaringType)
            yield return current.Name;
    }

    // The server reads a number from a string, too, but never sends one so; and NaN is a string, not an object.
    private static void Narrow(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (!IsNumber(Nullable.GetUnderlyingType(type.Type) ?? type.Type))
            return;

        if (schema.AnyOf is { Count: > 0 })
            schema.Type = null;
        else
            schema.Type &= ~JsonSchemaType.String;
        schema.Pattern = null;
    }

    private static bool IsNumber(Type type) =>
        Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal && !type.IsEnum;
}
