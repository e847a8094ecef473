using Slipway.Engines.DuckDb;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Feeds a profile, or several for a nested type, from the engine's chunks.</summary>
internal abstract class ColumnReader
{
    public abstract IEnumerable<ColumnProfile> Profiles { get; }

    public static ColumnReader For(string path, DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Struct => new StructReader(path, type),
        DuckDbTypeId.List or DuckDbTypeId.Array or DuckDbTypeId.Map => new ListReader(path, type),
        DuckDbTypeId.Boolean => new NumberReader(path, type, ColumnKind.Boolean),
        DuckDbTypeId.Date or DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz or DuckDbTypeId.TimestampS
            or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs => new NumberReader(path, type, ColumnKind.Time),
        DuckDbTypeId.BigNum => new TextReader(path, type),
        _ => type.IsNumeric ? new NumberReader(path, type, ColumnKind.Number) : new TextReader(path, type),
    };

    /// <summary>Adds the rows from <paramref name="start"/> on.</summary>
    public abstract void Add(in DuckDbVector vector, int start, int count);
}

/// <summary>The members of a STRUCT, each a column of its own.</summary>
internal sealed class StructReader(string path, DuckDbType type) : ColumnReader
{
    private readonly ColumnReader[] _fields = [.. type.Fields.Select(field => For($"{path}.{field.Name}", field.Type))];

    public override IEnumerable<ColumnProfile> Profiles => _fields.SelectMany(member => member.Profiles);

    public override void Add(in DuckDbVector vector, int start, int count)
    {
        for (var i = 0; i < _fields.Length; i++)
            _fields[i].Add(vector.Field(i), start, count);
    }
}

/// <summary>The lengths of lists, and all of their elements as a column of its own.</summary>
internal sealed class ListReader(string path, DuckDbType type) : ColumnReader
{
    private readonly ColumnProfile _lengths = new(path, type.ToString(), ColumnKind.List);

    private readonly ColumnReader _elements = For(
        $"{path}[]",
        type.Id == DuckDbTypeId.Map ? new DuckDbType(DuckDbTypeId.Struct) { Fields = type.Fields } : type.Element!);

    public override IEnumerable<ColumnProfile> Profiles => _elements.Profiles.Prepend(_lengths);

    public override void Add(in DuckDbVector vector, int start, int count)
    {
        var elements = vector.Elements;
        var lengths = new double[count];
        var valid = 0;
        for (var row = start; row < start + count; row++)
        {
            if (!vector.IsValid(row))
                continue;
            // A list that was filtered away leaves its elements in the chunk, so each row's own range is read.
            var (offset, length) = vector.Range(row).GetOffsetAndLength(elements.Count);
            if (length > 0)
                _elements.Add(elements, offset, length);
            lengths[valid++] = length;
        }

        _lengths.AddNulls(count - valid);
        _lengths.AddNumbers(lengths.AsSpan(0, valid));
    }
}

/// <summary>Text as it is; of types without a better reading, their text.</summary>
internal sealed class TextReader(string path, DuckDbType type) : ColumnReader
{
    private readonly ColumnProfile _profile = new(path, type.ToString(), ColumnKind.Text);
    private readonly bool _isText = type.Id == DuckDbTypeId.Varchar;
    private double[] _lengths = [];

    public override IEnumerable<ColumnProfile> Profiles => [_profile];

    public override void Add(in DuckDbVector vector, int start, int count)
    {
        if (_lengths.Length < count)
            _lengths = new double[count];
        var valid = 0;
        for (var row = start; row < start + count; row++)
        {
            if (!vector.IsValid(row))
                continue;
            var text = _isText ? vector.GetUtf8(row) : CellText.Utf8(vector.GetValue(row));
            _profile.AddText(text);
            _lengths[valid++] = text.Length;
        }

        _profile.AddNulls(count - valid);
        _profile.AddLengths(_lengths.AsSpan(0, valid));
    }
}
