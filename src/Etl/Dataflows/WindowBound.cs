using System.Globalization;

namespace Slipway.Etl.Dataflows;

/// <summary>Where a window begins or ends: a time, or a whole number.</summary>
/// <param name="Value">The parameter of a query.</param>
/// <param name="Text">In messages and tags.</param>
internal readonly record struct WindowBound(object Value, string Text)
{
    public bool IsNumber => Value is long;

    /// <summary>In SQL of any database.</summary>
    public string Literal => IsNumber ? Text : $"'{Text}'";

    /// <summary>In the address of a web interface.</summary>
    public string Wire => Value is DateTime time ? time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : Text;

    public static WindowBound At(DateTime time) =>
        new(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    public static WindowBound At(long number) => new(number, number.ToString(CultureInfo.InvariantCulture));
}
