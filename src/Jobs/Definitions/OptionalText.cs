namespace Slipway.Jobs.Definitions;

/// <summary>Splits a command at <c>$[[…]]</c>, which vanishes when an input in it has no value. It does not nest.</summary>
internal static class OptionalText
{
    public readonly record struct Part(string Text, bool IsOptional);

    public static IEnumerable<Part> Split(string command)
    {
        var at = 0;
        while (command.IndexOf("$[[", at, StringComparison.Ordinal) is var open and >= 0
               && command.IndexOf("]]", open, StringComparison.Ordinal) is var close and >= 0)
        {
            if (open > at)
                yield return new Part(command[at..open], false);
            yield return new Part(command[(open + 3)..close], true);
            at = close + 2;
        }

        if (at < command.Length)
            yield return new Part(command[at..], false);
    }
}
