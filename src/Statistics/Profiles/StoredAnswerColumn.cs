using System.Text;
using Slipway.Statistics.Drift;

namespace Slipway.Statistics.Profiles;

/// <summary>How a column is stored, and how stored ones are added up.</summary>
public sealed partial class AnswerColumn
{
    private const int MostLayout = 1 << 20;

    internal void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_name.Length);
        writer.Write(_name);
        writer.Write((byte)Type);
        writer.Write7BitEncodedInt(_layout.Length);
        writer.Write(_layout);
        foreach (var count in (ReadOnlySpan<long>)[Count, Nulls, NegativeInfinities, PositiveInfinities, .. _bins])
            writer.Write7BitEncodedInt64(count);
        if (Type == FeatureType.Numeric)
        {
            writer.Write(IsWhole);
            Moments.Write(writer);
            Cells.Write(writer);
        }
        else
        {
            Others.Write(writer);
        }
    }

    /// <summary>Adds what follows the name and type of a stored column.</summary>
    internal void Merge(ref StoredBytes stored)
    {
        var layout = stored.Read(stored.ReadLength(MostLayout));
        if (Count == 0 && Layout is null && layout.Length > 0)
            LayOut(AnswerLayout.Read(Name, Type, layout), layout.ToArray());
        var isSame = layout.SequenceEqual(_layout);
        if (!isSame)
            DropLayout();
        Count += stored.ReadCount();
        Nulls += stored.ReadCount();
        NegativeInfinities += stored.ReadCount();
        PositiveInfinities += stored.ReadCount();
        if (isSame)
        {
            for (var bin = 0; bin < _bins.Length; bin++)
                _bins[bin] += stored.ReadCount();
        }
        else if (layout.Length > 0)
        {
            AddForeign(AnswerLayout.Read(Name, Type, layout), ref stored);
        }

        if (Type == FeatureType.Numeric)
        {
            IsWhole &= stored.ReadByte() != 0;
            Moments.Merge(ref stored);
            Cells.Merge(ref stored);
        }
        else
        {
            Others.Merge(ref stored);
        }
    }

    // Parts that were counted in other bins have none in common; categories are kept as texts.
    private void DropLayout()
    {
        foreach (var (hash, bin) in _known.Where(known => _bins[known.Value] > 0))
            Others.Add(hash, Encoding.UTF8.GetBytes(Layout!.Categories[bin]), _bins[bin]);
        (Layout, _layout, _bins, _known) = (null, [], [], []);
    }

    private void AddForeign(FeatureProfile layout, ref StoredBytes stored)
    {
        for (var bin = 0; bin < layout.BinCount; bin++)
        {
            var count = stored.ReadCount();
            if (count == 0 || bin >= layout.Categories.Count)
                continue;
            var text = Encoding.UTF8.GetBytes(layout.Categories[bin]);
            Others.Add(StableHash.Of(text), text, count);
        }
    }
}
