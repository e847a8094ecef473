using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Profiles;

/// <summary>Adds up what is kept.</summary>
internal sealed class ReadProfiles(ProfileStore store, KeepProfiles keep, IAccess access) : IAnswerProfiles
{
    public async Task<IReadOnlyList<ProfiledAnswers>> ReadAsync(
        Caller caller, string endpoint, string? deployment, TimeWindow window, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        await keep.FlushAsync(ct);
        var kept = await store.ListAsync(
            caller.Workspace, endpoint, deployment, window.From.ToUnixTimeMilliseconds(), window.To.ToUnixTimeMilliseconds(), ct);
        return
        [
            .. kept.GroupBy(profile => profile.Owner).Select(group => Sum(group.Key, [.. group]))
                .OrderByDescending(answers => answers.Profile.Rows).ThenBy(answers => answers.Deployment, StringComparer.Ordinal),
        ];
    }

    private static ProfiledAnswers Sum(ProfileOwner owner, IReadOnlyList<KeptProfile> parts)
    {
        var sum = new AnswerProfile();
        foreach (var part in parts)
            sum.Merge(part.Profile);
        return new ProfiledAnswers(
            owner.Deployment,
            owner.Model,
            owner.ModelVersion,
            new TimeWindow(
                DateTimeOffset.FromUnixTimeMilliseconds(parts[0].Window.Start),
                DateTimeOffset.FromUnixTimeMilliseconds(parts.Max(part => part.Window.End))),
            sum);
    }
}
