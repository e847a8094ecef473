using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Statistics.Drift;

/// <summary>
/// What a model learned from: the profile of each feature, and of the score on the training rows. Kept as
/// training-profile.json beside the model.
/// </summary>
/// <param name="Score">Null when it was not taken.</param>
/// <param name="From">Event time of the first row, when the data has one.</param>
/// <param name="To">End of the training window (exclusive).</param>
public sealed record TrainingProfile(
    long Rows,
    IReadOnlyList<FeatureProfile> Features,
    FeatureProfile? Score = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null)
{
    public const string FileName = "training-profile.json";

    public static TrainingProfile Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var wire = JsonSerializer.Deserialize(json, ProfileJson.Default.Wire)!;
            return new TrainingProfile(
                wire.Rows,
                [.. wire.Features.Select(feature => feature.ToProfile())],
                wire.Score?.ToProfile(),
                wire.Window?.From,
                wire.Window?.To);
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"{FileName} cannot be read: {exception.Message}", exception);
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new Wire(
            Rows,
            [.. Features.Select(FeatureWire.Of)],
            Score is null ? null : FeatureWire.Of(Score),
            From is null && To is null ? null : new WindowWire(From, To)),
        ProfileJson.Default.Wire);

    internal sealed record Wire(
        [property: JsonRequired] long Rows,
        [property: JsonRequired] IReadOnlyList<FeatureWire> Features,
        FeatureWire? Score = null,
        WindowWire? Window = null);

    internal sealed record WindowWire(DateTimeOffset? From, DateTimeOffset? To);

    /// <param name="Edges">Between the bins; as many as the counts plus one when the outer ends were written too.</param>
    internal sealed record FeatureWire(
        IReadOnlyList<long> Counts,
        string? Name = null,
        string? Type = null,
        IReadOnlyList<double>? Edges = null,
        IReadOnlyList<string>? Categories = null,
        long Nulls = 0,
        long Other = 0)
    {
        public static FeatureWire Of(FeatureProfile profile) => profile.Type == FeatureType.Numeric
            ? new FeatureWire([.. profile.Counts[..^1]], profile.Name, "numeric", profile.Edges, null, profile.Counts[^1])
            : new FeatureWire(
                [.. profile.Counts[..^2]], profile.Name, "categorical", null, profile.Categories, profile.Counts[^1], profile.Counts[^2]);

        public FeatureProfile ToProfile()
        {
            var name = Name ?? "score";
            if (Type == "categorical" || (Type is null && Categories is not null))
                return FeatureProfile.Categorical(name, Categories ?? [], Counts, Other, Nulls);
            var edges = Edges ?? [];
            return FeatureProfile.Numeric(name, edges.Count == Counts.Count + 1 ? [.. edges.Skip(1).SkipLast(1)] : edges, Counts, Nulls);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainingProfile.Wire))]
internal sealed partial class ProfileJson : JsonSerializerContext;
