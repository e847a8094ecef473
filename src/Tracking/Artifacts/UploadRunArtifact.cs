using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Artifacts;

/// <summary>A small file for a run, from a browser; /ajax-api only.</summary>
internal sealed class UploadRunArtifact(RunStore runs, ContentStore contents, ArtifactStore artifacts, IAccess access)
    : IRawOperation
{
    private const int MostBytes = 10 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRaw<UploadRunArtifact>("POST", "/ajax-api/2.0/mlflow/upload-artifact");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var runId = Given(call, "run_uuid");
        var path = ArtifactPath.Parse(Given(call, "path"));
        if (path.IsRoot)
            throw SlipwayException.Invalid("Invalid path");
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        var run = await runs.GetAsync(call.Caller.Workspace, runId, ct);
        run.DemandActive();
        var blob = await contents.PutBytesAsync(await ReadAsync(http.Request, ct), ct);
        await artifacts.PutAsync(call.Caller.Workspace, [(RunArtifacts.RootOf(run).Append(path), blob)], ct);
        await call.AnswerAsync(ct);
    }

    private static string Given(MlflowCall call, string field) => call.Fields.Text(field) is { Length: > 0 } value
        ? value
        : throw SlipwayException.Invalid($"Request must specify {field}.");

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MostBytes)
                throw new SlipwayException(ErrorCode.TooLarge, $"The file is larger than {MostBytes} bytes; upload it through the artifact proxy.");
        }

        return content.Length > 0 ? content.ToArray() : throw SlipwayException.Invalid("Request must specify data.");
    }
}
