using System.Numerics;
using Slipway.Engines.DuckDb;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Numbers, times (as microseconds since 1970) and booleans (as 0 and 1), all as doubles.</summary>
internal sealed class NumberReader(string path, DuckDbType type, ColumnKind kind) : ColumnReader
{
    private const double MicrosOfDay = 86_400e6;

    private readonly ColumnProfile _profile = new(path, type.ToString(), kind);
    private double[] _numbers = [];

    public override IEnumerable<ColumnProfile> Profiles => [_profile];

    public override void Add(in DuckDbVector vector, int start, int count)
    {
        if (_numbers.Length < count)
            _numbers = new double[count];
        var valid = type.Id switch
        {
            DuckDbTypeId.Boolean or DuckDbTypeId.UTinyInt => Read<byte>(vector, start, count),
            DuckDbTypeId.TinyInt => Read<sbyte>(vector, start, count),
            DuckDbTypeId.SmallInt => Read<short>(vector, start, count),
            DuckDbTypeId.USmallInt => Read<ushort>(vector, start, count),
            DuckDbTypeId.Integer => Read<int>(vector, start, count),
            DuckDbTypeId.UInteger => Read<uint>(vector, start, count),
            DuckDbTypeId.UBigInt => Read<ulong>(vector, start, count),
            DuckDbTypeId.Float => Read<float>(vector, start, count),
            DuckDbTypeId.Double => Read<double>(vector, start, count),
            DuckDbTypeId.HugeInt => Read<Int128>(vector, start, count),
            DuckDbTypeId.UHugeInt => Read<UInt128>(vector, start, count),
            DuckDbTypeId.Date => Read<int>(vector, start, count, MicrosOfDay, endless: int.MaxValue),
            DuckDbTypeId.TimestampS => Read<long>(vector, start, count, 1e6, endless: long.MaxValue),
            DuckDbTypeId.TimestampMs => Read<long>(vector, start, count, 1e3, endless: long.MaxValue),
            DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz => Read<long>(vector, start, count, 1, endless: long.MaxValue),
            DuckDbTypeId.TimestampNs => Read<long>(vector, start, count, 1e-3, endless: long.MaxValue),
            DuckDbTypeId.Decimal => ReadDecimal(vector, start, count),
            _ => Read<long>(vector, start, count),
        };
        _profile.AddNulls(count - valid);
        _profile.AddNumbers(_numbers.AsSpan(0, valid));
    }

    private int ReadDecimal(in DuckDbVector vector, int start, int count)
    {
        var valid = type.Width switch
        {
            <= 4 => Read<short>(vector, start, count),
            <= 9 => Read<int>(vector, start, count),
            <= 18 => Read<long>(vector, start, count),
            _ => Read<Int128>(vector, start, count),
        };
        // Divided, because powers of ten below one are not exact.
        var unit = Math.Pow(10, type.Scale);
        for (var i = 0; i < valid; i++)
            _numbers[i] /= unit;
        return valid;
    }

    /// <param name="vector">The column.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="unit">What a stored one means.</param>
    /// <param name="endless">What the engine stores for infinity (and its negative for −infinity); 0: it has none.</param>
    private int Read<T>(in DuckDbVector vector, int start, int count, double unit = 1, double endless = 0)
        where T : unmanaged, INumberBase<T>
    {
        var values = vector.Values<T>().Slice(start, count);
        var valid = 0;
        if (vector.AllValid)
        {
            for (; valid < values.Length; valid++)
                _numbers[valid] = double.CreateTruncating(values[valid]);
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (vector.IsValid(start + i))
                    _numbers[valid++] = double.CreateTruncating(values[i]);
            }
        }

        if (endless != 0)
        {
            for (var i = 0; i < valid; i++)
                _numbers[i] = Math.Abs(_numbers[i]) >= endless ? double.PositiveInfinity : _numbers[i] * unit;
        }

        return valid;
    }
}
