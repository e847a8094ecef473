using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Profiles;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Edge;

/// <summary>
/// POST …/online-endpoints/{endpoint}/profiles: keeps a profile of what a data plane elsewhere answered. The same one is kept once, however often it
/// is told.
/// </summary>
internal sealed class TakeProfile(EndpointStore endpoints, ProfileStore profiles, IAccess access, TimeProvider time)
{
    private const int LongestId = 100, MostBytes = 16 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/online-endpoints/{endpoint}/profiles", HandleAsync).WithMetadata(new ExcludeFromDescriptionAttribute());

    private static async Task<NoContent> HandleAsync(
        string endpoint, HttpContext context, Caller caller, TakeProfile operation, CancellationToken ct)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, EdgeJson.Default.EdgeProfile, ct);
        if (request is not { Id.Length: > 0 and <= LongestId, Deployment: not null, Model: { Length: > 0 and <= 256 }, Profile: not null })
            throw SlipwayException.Invalid($"A profile has an id of at most {LongestId} characters, a deployment, a model, a modelVersion, from, to and a profile.");
        await operation.RunAsync(caller, endpoint, request, ct);
        return TypedResults.NoContent();
    }

    private async Task RunAsync(Caller caller, string endpoint, EdgeProfile request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        _ = await endpoints.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        ServingName.Check("a deployment's name", request.Deployment);
        Check(request);
        var owner = new ProfileOwner(caller.Workspace, endpoint, request.Deployment, request.Model, request.ModelVersion);
        await profiles.AddAsync([new KeptProfile(request.Id, owner, new ProfileWindow(request.From, request.To), request.Profile, time.UtcNow())], ct);
    }

    private static void Check(EdgeProfile request)
    {
        var window = new ProfileWindow(request.From, request.To);
        if (window.Width is not (ProfileWindow.Minute or ProfileWindow.Hour or ProfileWindow.Day) || ProfileWindow.At(request.From, window.Width) != window)
            throw SlipwayException.Invalid("A profile is of a whole minute, hour or day; from and to are milliseconds since 1970.");
        if (request.Profile.Length > MostBytes)
            throw SlipwayException.Invalid($"A profile has at most {MostBytes} bytes; this one has {request.Profile.Length}.");
        try
        {
            new AnswerProfile().Merge(request.Profile);
        }
        catch (InvalidDataException damaged)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The profile cannot be read: {damaged.Message}", damaged);
        }
    }
}
