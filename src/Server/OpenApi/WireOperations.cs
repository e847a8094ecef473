using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Slipway.Kernel.Http;
using Slipway.Server.Errors;

namespace Slipway.Server.OpenApi;

/// <summary>What every operation of the OpenAPI document has alike: a summary, its body where that is no record, and how it refuses.</summary>
internal static partial class WireOperations
{
    private const string Refused = "Refused";
    private const string Bytes = "application/octet-stream";

    private const string Description =
        """
        Slipway's own interface. The header `X-Slipway-Workspace` names the workspace of a call (`default` without it). What is refused
        is answered with problem details (RFC 9457), whose `detail` says in a sentence what is wrong and what to do. MLflow's REST API and
        the Open Inference Protocol, which this document lists too, have their own shapes of errors.
        """;

    public static void Add(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(async (document, context, ct) =>
        {
            document.Info = new OpenApiInfo { Title = "Slipway", Version = "v1", Description = Description };
            var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemShape.Problem), null, ct);
            document.AddComponent(Refused, new OpenApiResponse
            {
                Description = "It was refused, or failed.",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
            });
            OptionalFields.Relax(document);
        });
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (operation.OperationId is { } name)
            operation.Summary ??= InWords(name);
        if (metadata.OfType<RawBody>().LastOrDefault() is { ContentType: var type })
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [type] = new() { Schema = Raw(type) } } };
        foreach (var answer in (operation.Responses ?? []).SelectMany(answer => answer.Value.Content ?? new Dictionary<string, OpenApiMediaType>()))
        {
            if (!answer.Key.EndsWith("json", StringComparison.Ordinal))
                answer.Value.Schema = Raw(answer.Key);
        }

        // A file among the results says nothing of itself.
        if (operation.Responses?.GetValueOrDefault("200") is OpenApiResponse { Content: null or { Count: 0 } } file && metadata.OfType<MethodInfo>().Any(method => SendsFiles(method.ReturnType)))
            file.Content = new Dictionary<string, OpenApiMediaType> { [Bytes] = new() { Schema = Raw(Bytes) } };
        if (!metadata.OfType<IErrorShape>().Any())
            (operation.Responses ??= [])["default"] = new OpenApiResponseReference(Refused, context.Document);
    }

    // "ListModelVersions" is "List model versions."
    private static string InWords(string name) =>
        $"{name[0]}{Capital.Replace(name[1..], match => $" {char.ToLowerInvariant(match.ValueSpan[0])}")}.".Replace("sql", "SQL", StringComparison.Ordinal);

    private static bool SendsFiles(Type type) =>
        type == typeof(FileContentHttpResult) || type == typeof(PhysicalFileHttpResult) || type.GenericTypeArguments.Any(SendsFiles);

    private static OpenApiSchema Raw(string type) => new() { Type = JsonSchemaType.String, Format = IsText(type) ? null : "binary" };

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal) || type == "application/yaml";

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital { get; }
}
