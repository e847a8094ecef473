using Slipway.Kernel;

namespace Slipway.Serving.Profiles;

/// <summary>
/// Joins minutes to hours and hours to days once nobody asks for them one by one, so that a deployment that answers for years keeps a row for each
/// day. What was made lately stays as it is, whenever its answers happened.
/// </summary>
internal sealed class JoinProfiles(ProfileStore store, TimeProvider time)
{
    private const int MostAtOnce = 500;

    /// <summary>How long minutes are kept.</summary>
    public static TimeSpan MinutesFor { get; } = TimeSpan.FromHours(6);

    /// <summary>How long hours are kept.</summary>
    public static TimeSpan HoursFor { get; } = TimeSpan.FromDays(31);

    /// <returns>Windows that were joined.</returns>
    public async Task<int> RunAsync(CancellationToken ct) =>
        await RunAsync(ProfileWindow.Minute, ProfileWindow.Hour, MinutesFor, ct) + await RunAsync(ProfileWindow.Hour, ProfileWindow.Day, HoursFor, ct);

    private async Task<int> RunAsync(long width, long wider, TimeSpan kept, CancellationToken ct)
    {
        var joined = 0;
        var before = (time.GetUtcNow() - kept).ToUnixTimeMilliseconds();
        while (await store.ListJoinableAsync(width, wider, before, MostAtOnce, ct) is { Count: > 0 } groups)
        {
            var done = 0;
            foreach (var group in groups)
                done += await JoinAsync(await store.ListPartsAsync(group, width, wider, ct), wider, ct) ? 1 : 0;
            joined += done;
            if (done == 0)
                break;
        }

        return joined;
    }

    private async Task<bool> JoinAsync(IReadOnlyList<KeptProfile> parts, long wider, CancellationToken ct)
    {
        if (parts.Count == 0)
            return false;
        var whole = new KeptProfile(
            Ids.New(time),
            parts[0].Owner,
            ProfileWindow.At(parts[0].Window.Start, wider),
            ProfileRecorder.Joined([.. parts.Select(part => part.Profile)]),
            parts.Max(part => part.CreatedAt));
        return await store.ReplaceAsync(parts, whole, ct);
    }
}
