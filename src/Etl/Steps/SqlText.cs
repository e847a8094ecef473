namespace Slipway.Etl.Steps;

/// <summary>SQL as people write it into files.</summary>
internal static class SqlText
{
    /// <summary>Without the semicolon at its end, so that it can stand in parentheses (on lines of its own, for comments).</summary>
    public static string Single(string sql)
    {
        var text = sql.Trim();
        while (text.EndsWith(';'))
            text = text[..^1].TrimEnd();
        return text;
    }
}
