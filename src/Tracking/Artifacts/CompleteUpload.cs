using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>Makes the file of its parts; all that the client names have to be there, as it sent them.</summary>
internal sealed class CompleteUpload(UploadStore uploads, ContentStore contents, ArtifactStore artifacts, IAccess access)
    : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<CompleteUpload>("POST", "mpu/complete/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.ReadAsync(http, ct);
        var id = call.Fields.Required("upload_id");
        var name = ArtifactPath.Parse(call.Fields.Required("path")).Name;
        var path = ArtifactPath.OfRequest(http, "/mlflow-artifacts/mpu/complete/").Append(ArtifactPath.Parse(name));
        var named = call.Fields.Objects("parts")
            .Select(part => (Number: part.WholeNumber("part_number") ?? 0, Tag: (part.Text("etag") ?? "").Trim('"')))
            .OrderBy(part => part.Number)
            .ToList();
        if (named.Count == 0)
            throw MlflowFields.Missing("parts");
        await access.DemandAsync(call.Caller, Permission.Write, $"artifact:{path}", ct);
        await uploads.DemandAsync(call.Caller.Workspace, id, ct);

        var kept = (await uploads.PartsAsync(id, ct)).ToDictionary(part => (long)part.Number);
        var digests = named.Select(part => kept.TryGetValue(part.Number, out var found) && Digest.Parse(found.Digest).Hex == part.Tag
            ? Digest.Parse(found.Digest)
            : throw SlipwayException.Invalid($"Part {part.Number} has not arrived as the request names it; send it again.")).ToList();
        await using var whole = new JoinedStream(digests.Select(digest => (Func<Task<Stream>>)(() => contents.OpenAsync(digest, ct))));
        var blob = await contents.PutAsync(whole, ct);
        await artifacts.PutAsync(call.Caller.Workspace, [(path, blob)], ct);
        await uploads.DeleteAsync(id, ct);
        await call.AnswerAsync(ct);
    }
}
