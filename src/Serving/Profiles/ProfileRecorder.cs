using Slipway.Serving.Collection;
using Slipway.Serving.Scoring;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Profiles;

/// <summary>
/// Profiles the answers of a deployment while they are given. There is a profile for each core: a request adds to the one of its core, or to the next
/// that is free, so that none waits for another.
/// </summary>
/// <param name="training">Whose bins are counted; null: none are.</param>
internal sealed class ProfileRecorder(ProfileOwner owner, Func<IReadOnlyList<CollectedColumn>> plan, TrainingProfile? training, TimeProvider time)
{
    private const string Input = "input_";
    private const string Score = "output_score";

    // Beyond this, columns are elements of an image or an embedding.
    private const int MostColumns = 1000;
    private const int MostStripes = 8;

    private ProfileStripe[]? _stripes;
    private volatile bool _hasEnded;

    public ProfileOwner Owner { get; } = owner;

    /// <summary>Nothing comes any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <param name="isKept">False: who asked wants nothing kept; the rows are counted.</param>
    public void Record(ScoringSlot slot, DateTimeOffset happened, bool isKept)
    {
        var stripes = _stripes ?? LayOut();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var window = ProfileWindow.Of(happened.ToUnixTimeMilliseconds(), now);
        var own = Thread.GetCurrentProcessorId();
        for (var i = 0; i < stripes.Length; i++)
        {
            if (stripes[(own + i) % stripes.Length].TryRecord(slot, window, now, isKept, waits: false))
                return;
        }

        stripes[own % stripes.Length].TryRecord(slot, window, now, isKept, waits: true);
    }

    /// <summary>What is to be written, with parts of the same window joined.</summary>
    /// <param name="now">long.MaxValue: also of windows that are not over.</param>
    public IEnumerable<(ProfileWindow Window, byte[] Profile)> Take(long now)
    {
        var parts = new List<(ProfileWindow Window, byte[] Profile)>();
        foreach (var stripe in _stripes ?? [])
            stripe.Take(now, parts);
        return parts.GroupBy(part => part.Window, part => part.Profile).Select(window => (window.Key, Joined([.. window])));
    }

    public void End() => _hasEnded = true;

    internal static byte[] Joined(IReadOnlyList<byte[]> parts)
    {
        if (parts is [var only])
            return only;
        var profile = new AnswerProfile();
        foreach (var part in parts)
            profile.Merge(part);
        return profile.ToBytes();
    }

    /// <summary>What was learned from, by the names of columns.</summary>
    internal static IReadOnlyDictionary<string, FeatureProfile> Layouts(TrainingProfile? training)
    {
        var layouts = (training?.Features ?? []).DistinctBy(feature => feature.Name, StringComparer.Ordinal).ToDictionary(feature => Input + feature.Name);
        if (training?.Score is { } score)
            layouts[Score] = score;
        return layouts;
    }

    private ProfileStripe[] LayOut()
    {
        var layouts = Layouts(training);
        IReadOnlyList<CollectedColumn> columns = [.. plan().Where(column => column.ProfiledAs is not null).Take(MostColumns)];
        ProfileStripe[] made =
        [
            .. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MostStripes)).Select(_ => new ProfileStripe(
                columns, new AnswerProfile(columns.Select(column => new AnswerColumn(column.Name, column.ProfiledAs!.Value, layouts.GetValueOrDefault(column.Name)))))),
        ];

        // Another request may have been quicker.
        return Interlocked.CompareExchange(ref _stripes, made, null) ?? made;
    }
}
