using System.Globalization;
using System.Numerics;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>Turns a value of the engine into the type that the reader wants.</summary>
internal static class Conversion
{
    public static T? To<T>(object? value) => value switch
    {
        null => default,
        T typed => typed,
        _ => (T)To(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)),
    };

    private static object To(object value, Type type)
    {
        try
        {
            return value switch
            {
                _ when type == typeof(DateTimeOffset) && value is DateTime time => new DateTimeOffset(time, TimeSpan.Zero),
                _ when type == typeof(DateTime) && value is DateTimeOffset time => time.UtcDateTime,
                _ when type == typeof(DateTime) && value is DateOnly date => date.ToDateTime(TimeOnly.MinValue),
                _ when type == typeof(TimeSpan) && value is DuckDbInterval interval => interval.ToTimeSpan(),
                _ when type == typeof(string) => Convert.ToString(value, CultureInfo.InvariantCulture)!,
                Int128 number => Number(number, type),
                UInt128 number => Number(number, type),
                BigInteger number => Number(number, type),
                _ => Convert.ChangeType(value, type, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or FormatException)
        {
            throw new SlipwayException(
                ErrorCode.EngineFailed, $"The value '{value}' cannot be read as {type.Name}; cast it in SQL.", exception);
        }
    }

    private static object Number<T>(T number, Type type)
        where T : INumber<T> => Type.GetTypeCode(type) switch
        {
            TypeCode.Int32 => int.CreateChecked(number),
            TypeCode.Int64 => long.CreateChecked(number),
            TypeCode.UInt64 => ulong.CreateChecked(number),
            TypeCode.Double => double.CreateChecked(number),
            TypeCode.Single => float.CreateChecked(number),
            TypeCode.Decimal => decimal.CreateChecked(number),
            _ when type == typeof(Int128) => Int128.CreateChecked(number),
            _ when type == typeof(BigInteger) => BigInteger.CreateChecked(number),
            _ => Convert.ChangeType(long.CreateChecked(number), type, CultureInfo.InvariantCulture),
        };
}
