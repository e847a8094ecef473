using System.Security.Cryptography;
using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Collection;

/// <summary>
/// Values as the first half of their HMAC-SHA256 under the workspace's key: the same value is the same text, so that it can be counted and
/// joined, and nobody without the key can try values until one fits.
/// </summary>
internal sealed class HashedColumn(string name, TensorPlan plan, bool isInput, int offset, int stride, byte[] key)
    : CollectedColumn(name, DuckDbTypeId.Varchar)
{
    private const int Kept = 16;

    private readonly List<string?> _values = [];

    public override FeatureType? ProfiledAs => null;

    public override void Profile(ScoringSlot slot, AnswerColumn profile)
    {
        // Its hashes tell nothing of how its values are distributed, and the values are not to be told.
    }

    public override void Append(ScoringSlot slot)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var row = 0; row < slot.Rows; row++)
        {
            HMACSHA256.HashData(key, Value(slot, (row * stride) + offset), hash);
            _values.Add(Convert.ToHexStringLower(hash[..Kept]));
        }
    }

    public override void Fill(DuckDbDataChunk chunk, int column, int start, int rows) =>
        chunk.Set(column, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values).Slice(start, rows));

    public override void Clear() => _values.Clear();

    private ReadOnlySpan<byte> Value(ScoringSlot slot, int place)
    {
        if (plan.ElementType == OnnxElementType.String)
            return isInput ? slot.Texts[plan.Index]![place] : slot.Runner.Outputs[plan.Index].Text(place);
        var bytes = isInput ? slot.Runner.Inputs[plan.Index].Bytes : slot.Runner.Outputs[plan.Index].Bytes;
        return bytes.Slice(place * plan.ElementSize, plan.ElementSize);
    }
}
