using System.Globalization;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Jobs.Parallel;

/// <summary>The arguments of an entry script, without those that are meant for the engine.</summary>
internal sealed record EntryArguments
{
    // Taken and without effect: they tune how Azure ML's engine waits, copies and watches.
    private static readonly HashSet<string> s_idle =
    [
        "--task_overhead_timeout", "--progress_update_timeout", "--first_task_creation_timeout", "--copy_logs_to_parent",
        "--metrics_name_prefix", "--push_metrics_to_parent", "--resource_monitor_interval",
    ];

    public int? ErrorThreshold { get; private set; }

    public int? AllowedFailedCount { get; private set; }

    public int? AllowedFailedPercent { get; private set; }

    public static (IReadOnlyList<string> Arguments, EntryArguments Engine) Read(string text)
    {
        var given = Split(text);
        var (own, engine) = (new List<string>(), new EntryArguments());
        for (var at = 0; at < given.Count; at++)
        {
            var (name, joined) = given[at].Split('=', 2) is [var before, var after] ? (before, after) : (given[at], null);
            if (!s_idle.Contains(name) && name is not ("--error_threshold" or "--allowed_failed_count" or "--allowed_failed_percent"))
            {
                own.Add(given[at]);
                continue;
            }

            var value = joined ?? (at + 1 < given.Count ? given[++at] : "");
            switch (name)
            {
                case "--error_threshold":
                    engine.ErrorThreshold = Number(name, value);
                    break;
                case "--allowed_failed_count":
                    engine.AllowedFailedCount = Number(name, value);
                    break;
                case "--allowed_failed_percent":
                    engine.AllowedFailedPercent = Number(name, value);
                    break;
            }
        }

        return (own, engine);
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlipwayException.Invalid($"task.program_arguments: {name} is '{value}'; it must be a whole number.");

    // As a shell splits words, without what else a shell does.
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, isWord) = ('\0', false);
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter == '\\' && quote != '\'' && at + 1 < text.Length)
            {
                (word, isWord) = (word.Append(text[++at]), true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                if (isWord)
                    words.Add(word.ToString());
                (word, isWord) = (new StringBuilder(), false);
            }
            else if (quote == '\0' && letter is '\'' or '"')
            {
                (quote, isWord) = (letter, true);
            }
            else if (letter == quote)
            {
                quote = '\0';
            }
            else
            {
                (word, isWord) = (word.Append(letter), true);
            }
        }

        if (isWord)
            words.Add(word.ToString());
        return words;
    }
}
