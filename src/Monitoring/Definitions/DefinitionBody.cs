using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Monitoring.Definitions;

/// <summary>A request's body as text: YAML, or JSON, which is YAML too.</summary>
internal sealed record DefinitionBody(string Text) : IEndpointParameterMetadataProvider
{
    private const int MostBytes = 512 * 1024;

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new RawBody("application/yaml"));

    public static async ValueTask<DefinitionBody> BindAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MostBytes)
                throw new SlipwayException(ErrorCode.TooLarge, $"A definition has at most {MostBytes / 1024} KiB.");
        }

        return new DefinitionBody(Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length));
    }
}
