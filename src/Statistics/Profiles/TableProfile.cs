using System.IO.Compression;

namespace Slipway.Statistics.Profiles;

/// <summary>The profiles of a table's columns. What is nested has a path: <c>point.x</c>, <c>tags[]</c>.</summary>
public sealed class TableProfile(IReadOnlyList<ColumnProfile> columns)
{
    // "SWPR" and the version of the format.
    private const uint Magic = 0x52505753;
    private const byte Format = 1;

    public long Rows { get; private set; }

    public IReadOnlyList<ColumnProfile> Columns { get; private set; } = columns;

    public ColumnProfile? Find(string column) =>
        Columns.FirstOrDefault(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase));

    public void AddRows(long rows) => Rows += rows;

    /// <summary>Joins the profile of other rows; a column that one part lacks is null in all of its rows.</summary>
    public void Merge(TableProfile other)
    {
        var merged = Columns.ToList();
        foreach (var column in merged)
        {
            if (other.Find(column.Name) is { } same)
                column.Merge(same);
            else
                column.AddNulls(other.Rows);
        }

        foreach (var added in other.Columns.Where(column => Find(column.Name) is null))
        {
            var column = new ColumnProfile(added.Name, added.Type, added.Kind);
            column.AddNulls(Rows);
            column.Merge(added);
            merged.Add(column);
        }

        Columns = merged;
        Rows += other.Rows;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var packed = new BrotliStream(bytes, CompressionLevel.Fastest))
        using (var writer = new BinaryWriter(packed))
        {
            writer.Write(Magic);
            writer.Write(Format);
            writer.Write(Rows);
            writer.Write7BitEncodedInt(Columns.Count);
            foreach (var column in Columns)
                column.Write(writer);
        }

        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no profile, or one of another format.</exception>
    public static TableProfile FromBytes(byte[] bytes)
    {
        using var packed = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new BinaryReader(packed);
        try
        {
            if (reader.ReadUInt32() != Magic || reader.ReadByte() != Format)
                throw new InvalidDataException("This is no profile of this format.");
            var rows = reader.ReadInt64();
            var columns = new List<ColumnProfile>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
                columns.Add(ColumnProfile.Read(reader));
            return new TableProfile(columns) { Rows = rows };
        }
        catch (Exception broken) when (broken is EndOfStreamException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("The profile is broken off or damaged.", broken);
        }
    }
}
