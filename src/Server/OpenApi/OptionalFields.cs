using Microsoft.OpenApi;

namespace Slipway.Server.OpenApi;

/// <summary>
/// A field of a request that may be null may be left out, too. The document's generator requires each that its record has no default for,
/// which is right of answers only: there it is always sent.
/// </summary>
internal static class OptionalFields
{
    public static void Relax(OpenApiDocument document)
    {
        var open = new Stack<IOpenApiSchema>(document.Paths.Values
            .SelectMany(path => path.Operations ?? [])
            .SelectMany(operation => operation.Value.RequestBody?.Content?.Values ?? [])
            .Select(content => content.Schema)
            .OfType<IOpenApiSchema>());
        var seen = new HashSet<string>();
        while (open.TryPop(out var next))
        {
            if (next is OpenApiSchemaReference reference && !seen.Add(reference.Reference.Id!))
                continue;
            if (next is OpenApiSchemaReference { Target: OpenApiSchema target })
                Relax(target);
            foreach (var part in Parts(next))
                open.Push(part);
        }
    }

    private static void Relax(OpenApiSchema schema)
    {
        foreach (var (name, field) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (IsNullable(field))
                schema.Required?.Remove(name);
        }
    }

    private static bool IsNullable(IOpenApiSchema field) =>
        field.Type?.HasFlag(JsonSchemaType.Null) == true || field.OneOf?.Any(choice => choice.Type == JsonSchemaType.Null) == true;

    private static IEnumerable<IOpenApiSchema> Parts(IOpenApiSchema schema) =>
    [
        .. schema.Properties?.Values ?? [],
        .. schema.OneOf ?? [],
        .. schema.AnyOf ?? [],
        .. schema.AllOf ?? [],
        .. schema.Items is { } items ? [items] : Array.Empty<IOpenApiSchema>(),
        .. schema.AdditionalProperties is { } values ? [values] : Array.Empty<IOpenApiSchema>(),
    ];
}
