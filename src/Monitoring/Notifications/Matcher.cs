using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Monitoring.Notifications;

/// <summary>A condition on a label, as Prometheus's Alertmanager writes it: severity=critical, endpoint!=flights, monitor=~"flights|trains", team!~x.*.</summary>
internal sealed partial record Matcher
{
    private const int LongestPattern = 500;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly Regex? _pattern;

    private Matcher(string label, string sign, string value)
    {
        Label = label;
        Sign = sign;
        Value = value;
        _pattern = sign is "=~" or "!~" ? Compile(value) : null;
    }

    public string Label { get; }

    public string Sign { get; }

    public string Value { get; }

    public static Matcher Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            throw SlipwayException.Invalid($"'{text}' is not a matcher; write severity=critical, endpoint!=flights, monitor=~\"flights.*\" or team!~x.");
        var value = match.Groups["value"].Value;
        return new Matcher(match.Groups["label"].Value, match.Groups["sign"].Value, value is ['"', .., '"'] ? value[1..^1] : value);
    }

    /// <summary>A label that an alert lacks is as if it were empty.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(Label, "");
        var isAlike = _pattern?.IsMatch(value) ?? value == Value;
        return Sign[0] == '!' ? !isAlike : isAlike;
    }

    public static bool AllMatch(IEnumerable<Matcher> matchers, IReadOnlyDictionary<string, string> labels) => matchers.All(matcher => matcher.Matches(labels));

    public override string ToString() => $"{Label}{Sign}\"{Value}\"";

    private static Regex Compile(string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw SlipwayException.Invalid($"A pattern has {pattern.Length} characters; it may have {LongestPattern}.");
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, s_patience);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"'{pattern}' is not a pattern that labels are matched with: {exception.Message}", exception);
        }
    }

    [GeneratedRegex(@"\A\s*(?<label>[A-Za-z_][A-Za-z0-9_]*)\s*(?<sign>=~|!~|!=|=)\s*(?<value>.*?)\s*\z", RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
