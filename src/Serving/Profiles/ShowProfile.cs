using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Statistics.Drift;

namespace Slipway.Serving.Profiles;

/// <summary>
/// GET …/online-endpoints/{endpoint}/deployments/{name}/profile: how what a deployment was asked and answered in a window was distributed, beside what its
/// model learned from.
/// </summary>
internal sealed class ShowProfile(IAnswerProfiles profiles, EndpointStore endpoints, IModelRegistry registry, ITrainingProfiles training, TimeProvider time)
{
    private static readonly TimeSpan s_lately = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/online-endpoints/{endpoint}/deployments/{name}/profile", HandleAsync)
        .WithName("ShowOnlineDeploymentProfile").WithTags("online-deployments");

    /// <param name="from">Null: a day before the end.</param>
    /// <param name="to">Null: now.</param>
    public async Task<ProfileWire> RunAsync(Caller caller, string endpoint, string name, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        var end = to ?? time.GetUtcNow().AddMinutes(1);
        var window = new TimeWindow(from ?? (end.ToUnixTimeMilliseconds() - (long)s_lately.TotalMilliseconds).ToTime(), end);
        if (window.From >= window.To)
            throw SlipwayException.Invalid($"The window ends ({window.To:O}) before it begins ({window.From:O}).");
        var found = await profiles.ReadAsync(caller, endpoint, name, window, ct);
        if (found.MaxBy(answers => answers.ModelVersion) is not { } newest)
        {
            var deployment = (await endpoints.FindAsync(caller.Workspace, endpoint, ct))?.Deployments.FirstOrDefault(known => known.Name == name)
                ?? throw SlipwayException.NotFound("Deployment", $"{endpoint}/{name}");
            return new ProfileWire(endpoint, name, deployment.Model, deployment.ModelVersion, window.From, window.To, 0, 0, []);
        }

        var reference = await ReferenceAsync(caller, newest, ct);
        return new ProfileWire(
            endpoint,
            name,
            newest.Model,
            newest.ModelVersion,
            newest.Window.From,
            newest.Window.To,
            newest.Profile.Rows,
            newest.Profile.OptedOut,
            [.. newest.Profile.Columns.Select(column => ProfileColumnWire.Of(column, reference.GetValueOrDefault(column.Name)))]);
    }

    private static async Task<Ok<ProfileWire>> HandleAsync(
        string endpoint, string name, Caller caller, ShowProfile operation, CancellationToken ct, DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        TypedResults.Ok(await operation.RunAsync(caller, endpoint, name, from, to, ct));

    private async Task<IReadOnlyDictionary<string, FeatureProfile>> ReferenceAsync(Caller caller, ProfiledAnswers answers, CancellationToken ct)
    {
        var version = await registry.FindAsync(caller, $"{answers.Model}:{answers.ModelVersion}", ct);
        var profile = version is null ? null : await training.FindAsync(caller, version, ct);
        return ProfileRecorder.Layouts(profile);
    }
}
