using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;

namespace Slipway.Training.Automl.Encoding;

/// <summary>The rank of a category by how often it occurs; missing for one that was not seen.</summary>
internal sealed record RankEncoder(CategoryFeature Ranks) : Encoder
{
    public override string Name => Ranks.Name;

    public override IReadOnlyList<string> Features => [Ranks.Name];

    public override float[][] Encode(AutomlRows rows) => [Ranks.Encode(rows.Column(Ranks.Name).Texts!)];

    // The operator refuses empty lists. No text of the data is the one with a zero character.
    public override string AddTo(RawInputs inputs) =>
        inputs.Coded(Ranks.Name, Ranks.Codes.Count > 0 ? Ranks.Codes : [KeyValuePair.Create("\0", Ranks.Unseen)], Ranks.Unseen);
}
