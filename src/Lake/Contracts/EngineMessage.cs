namespace Slipway.Lake.Contracts;

/// <summary>What the engine says of files that it cannot read, in the user's terms.</summary>
public static class EngineMessage
{
    private const string Prefix = "Attempting to execute an unsuccessful or closed pending query result\nError: ";

    private static readonly string[] s_foreign = ["INTERNAL Error", "unicode", "UTF-8"];

    // Options of functions that the user did not call, and addresses within the engine
    private static readonly string[] s_ends = ["\nPossible ", "\n  file = ", "\n  file=", "\n\nStack Trace:"];

    /// <param name="engine">The engine's own words.</param>
    /// <param name="names">The name of each file that was read: contents have none.</param>
    public static string Explain(string engine, IReadOnlyDictionary<string, string> names)
    {
        // On letters of other encodings it sometimes stumbles without a word about them.
        if (s_foreign.Any(sign => engine.Contains(sign, StringComparison.OrdinalIgnoreCase)) && ForeignText.Find(names) is { } foreign)
            return foreign;

        var message = engine.Replace(Prefix, "", StringComparison.Ordinal);
        foreach (var end in s_ends)
            message = message.Split(end)[0].TrimEnd();
        foreach (var (file, name) in names)
            message = message.Replace(file, name, StringComparison.Ordinal);

        // The engine names a CSV file among the options.
        var cut = names.FirstOrDefault(named => engine.Contains(named.Key, StringComparison.Ordinal) && !message.Contains(named.Value, StringComparison.Ordinal));
        return cut.Value is { } lost ? $"{lost}: {message}" : message;
    }

    /// <summary>As <see cref="Explain"/>, of a query that the user did not write: it is not repeated.</summary>
    public static string ExplainFile(string engine, IReadOnlyDictionary<string, string> names) =>
        Explain(engine.Split("\nLINE ")[0].TrimEnd(), names);
}
