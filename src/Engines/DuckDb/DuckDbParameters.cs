namespace Slipway.Engines.DuckDb;

/// <summary>
/// Named parameters: <c>connection.Execute("… $low", new DuckDbParameters { ["low"] = 3 })</c>.
/// Each statement of a script takes those that it names.
/// </summary>
public sealed class DuckDbParameters : Dictionary<string, object?>
{
    public DuckDbParameters()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }
}
