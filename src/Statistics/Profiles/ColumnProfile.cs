using System.Text;

namespace Slipway.Statistics.Profiles;

/// <summary>What the values of a column are to a profile.</summary>
public enum ColumnKind
{
    Number,

    /// <summary>Microseconds since 1970, as numbers.</summary>
    Time,

    /// <summary>0 and 1, as numbers.</summary>
    Boolean,

    /// <summary>UTF-8; its numbers are the lengths in bytes.</summary>
    Text,

    /// <summary>Its numbers are the lengths; the elements are a column of their own.</summary>
    List,
}

/// <summary>What there is to know about a column after one pass over it, in bounded space; profiles of parts are merged.</summary>
public sealed class ColumnProfile(string name, string type, ColumnKind kind)
{
    private const int LabelLength = 200;

    public string Name { get; } = name;

    /// <summary>The type as the engine writes it.</summary>
    public string Type { get; } = type;

    public ColumnKind Kind { get; } = kind;

    public long Count { get; private set; }

    public long Nulls { get; private set; }

    /// <summary>NaN and the infinities, which no statistic but this one counts.</summary>
    public long NotFinite { get; private set; }

    /// <summary>Of the numbers, or of the lengths of texts and lists.</summary>
    public Moments Moments { get; private set; } = new();

    /// <inheritdoc cref="Moments"/>
    public QuantileSketch Quantiles { get; private set; } = new();

    public FrequentValues Frequent { get; private set; } = new();

    public DistinctCount Sketch { get; private set; } = new();

    /// <summary>Different values, without null; estimated by <see cref="DistinctCount"/> unless <see cref="DistinctIsExact"/>.</summary>
    public long Distinct => DistinctIsExact ? Frequent.Kept : (long)Math.Round(Sketch.Estimate());

    public bool DistinctIsExact => Frequent.MaxError == 0;

    public void AddNulls(long count)
    {
        Count += count;
        Nulls += count;
    }

    /// <summary>Adds values of a number, time or boolean, or lengths of lists.</summary>
    public void AddNumbers(Span<double> values)
    {
        Count += values.Length;
        var finite = Finite(values);
        NotFinite += values.Length - finite.Length;
        Moments.Add(finite);
        Quantiles.Add(finite);
        foreach (var value in finite)
        {
            // Adding zero makes one zero of the two.
            var key = BitConverter.DoubleToUInt64Bits(value + 0.0);
            if (Frequent.Add(key, 1))
                Sketch.Add(StableHash.Of(key));
        }
    }

    /// <summary>Adds a text; its length is to be given to <see cref="AddLengths"/>.</summary>
    public void AddText(ReadOnlySpan<byte> utf8)
    {
        var hash = StableHash.Of(utf8);
        if (!Frequent.Add(hash, 1))
            return;
        Sketch.Add(hash);
        Frequent.Label(hash, Shortened(utf8));
    }

    /// <summary>The lengths of the texts that were added, in the same order or in another.</summary>
    public void AddLengths(ReadOnlySpan<double> lengths)
    {
        Count += lengths.Length;
        Moments.Add(lengths);
        Quantiles.Add(lengths);
    }

    /// <summary>Joins the profile of other rows of the same column.</summary>
    public void Merge(ColumnProfile other)
    {
        if (other.Kind != Kind)
            throw new ArgumentException($"Column '{Name}' is a {Kind} in one part and a {other.Kind} in another.", nameof(other));
        Count += other.Count;
        Nulls += other.Nulls;
        NotFinite += other.NotFinite;
        Moments.Merge(other.Moments);
        Quantiles.Merge(other.Quantiles);
        Frequent.Merge(other.Frequent);
        Sketch.Merge(other.Sketch);
    }

    /// <summary>The number that a frequent value of a column of numbers is.</summary>
    public static double Number(FrequentValue value) => BitConverter.UInt64BitsToDouble(value.Key);

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Type);
        writer.Write((byte)Kind);
        writer.Write(Count);
        writer.Write(Nulls);
        writer.Write(NotFinite);
        Moments.Write(writer);
        Quantiles.Write(writer);
        Frequent.Write(writer);
        Sketch.Write(writer);
    }

    internal static ColumnProfile Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), (ColumnKind)reader.ReadByte())
        {
            Count = reader.ReadInt64(),
            Nulls = reader.ReadInt64(),
            NotFinite = reader.ReadInt64(),
            Moments = Moments.Read(reader),
            Quantiles = QuantileSketch.Read(reader),
            Frequent = FrequentValues.Read(reader),
            Sketch = DistinctCount.Read(reader),
        };

    // Moves what is finite to the front.
    private static Span<double> Finite(Span<double> values)
    {
        var kept = 0;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
                values[kept++] = value;
        }

        return values[..kept];
    }

    private static string Shortened(ReadOnlySpan<byte> utf8) => utf8.Length <= LabelLength
        ? Encoding.UTF8.GetString(utf8)
        : Encoding.UTF8.GetString(utf8[..LabelLength]).TrimEnd('\uFFFD') + "…";
}
