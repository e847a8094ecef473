using System.Text;
using Slipway.Statistics.Drift;

namespace Slipway.Statistics.Profiles;

/// <summary>
/// What a deployment was asked and what it answered in a window, column by column. Profiles are merged from the bytes in which they are kept, so
/// that any window is the sum of its parts: minutes, hours, other servers.
/// </summary>
/// <param name="columns">Those that are filled here; what is merged brings its own.</param>
public sealed class AnswerProfile(IEnumerable<AnswerColumn>? columns = null)
{
    // "SWAP" and the version of the format.
    private const uint Magic = 0x50415753;
    private const byte Format = 1;
    private const int MostColumns = 10_000;

    private readonly List<AnswerColumn> _columns = [.. columns ?? []];

    /// <summary>Rows that were answered, without those that are not to be kept.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows of callers who asked that nothing is kept of them: they are counted, and that is all.</summary>
    public long OptedOut { get; private set; }

    public IReadOnlyList<AnswerColumn> Columns => _columns;

    public AnswerColumn? Find(string name) => _columns.Find(column => column.Name == name);

    public void AddRows(long rows) => Rows += rows;

    public void AddOptedOut(long rows) => OptedOut += rows;

    /// <exception cref="InvalidDataException">The bytes are no profile, or one of another format; this one is of no use then.</exception>
    public void Merge(ReadOnlySpan<byte> stored)
    {
        var bytes = new StoredBytes(stored);
        if (bytes.ReadUInt32() != Magic || bytes.ReadByte() != Format)
            throw new InvalidDataException("This is no profile of this format.");
        Rows += bytes.ReadCount();
        OptedOut += bytes.ReadCount();
        var count = bytes.ReadLength(MostColumns);
        for (var i = 0; i < count; i++)
        {
            var name = bytes.ReadText();
            var type = (FeatureType)bytes.ReadByte();
            if (!Enum.IsDefined(type))
                throw new InvalidDataException("A column of the profile is of no known type.");

            // Parts of one deployment have the same columns in the same order.
            var column = i < _columns.Count && _columns[i].Is(name, type) ? _columns[i] : Get(Encoding.UTF8.GetString(name), type);
            column.Merge(ref bytes);
        }

        if (!bytes.IsAtEnd)
            throw new InvalidDataException("The profile is longer than it says.");
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Format);
        writer.Write7BitEncodedInt64(Rows);
        writer.Write7BitEncodedInt64(OptedOut);
        writer.Write7BitEncodedInt(_columns.Count);
        foreach (var column in _columns)
            column.Write(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Keeps the columns and their memory.</summary>
    public void Clear()
    {
        (Rows, OptedOut) = (0, 0);
        foreach (var column in _columns)
            column.Clear();
    }

    // A column whose type has changed between versions of a model stays what it was first; the other is one of its own beside it.
    private AnswerColumn Get(string name, FeatureType type)
    {
        if (_columns.Find(column => column.Name == name && column.Type == type) is { } known)
            return known;
        var added = new AnswerColumn(name, type);
        _columns.Add(added);
        return added;
    }
}
