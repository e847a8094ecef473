namespace Slipway.Data;

/// <summary>The write that the current flow of control is inside of, if any.</summary>
internal sealed class WriteScope(Database database)
{
    private static readonly AsyncLocal<WriteScope?> s_current = new();

    public List<Action> Effects { get; } = [];

    private bool Open { get; set; } = true;

    /// <summary>Must be called where the change of the flow ends with the caller (an async method or a context run).</summary>
    public void Enter() => s_current.Value = this;

    // A task that the action started and did not await keeps the flow; it is outside from here on.
    public void Close() => Open = false;

    public static void RefuseNested(Database database)
    {
        if (s_current.Value is { Open: true } scope && scope.IsOf(database))
        {
            throw new InvalidOperationException(
                "WriteAsync inside WriteAsync would wait for itself: pass the transaction on instead.");
        }
    }

    public static WriteScope Current(Database database) =>
        s_current.Value is { Open: true } scope && scope.IsOf(database)
            ? scope
            : throw new InvalidOperationException("There is no write here whose commit could be awaited.");

    private bool IsOf(Database other) => ReferenceEquals(database, other);
}
