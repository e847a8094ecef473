using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Monitoring;

/// <summary>What the guides show is taken as it stands there.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public void The_monitor_of_the_guide_is_a_schedule_too()
    {
        var yaml = Block("monitoring.md", 0);

        var monitor = MonitorReader.Read(yaml, "monitor.yml");

        Check("schedule", yaml);
        Assert.Equal(TimeSpan.FromDays(7), monitor.Signals[1].Production[0].WindowOffset);
    }

    [Fact]
    public void A_signal_of_profiles_and_windows_without_an_input_are_taken_by_both_readers()
    {
        const string Windows =
            "production_data: {data_window: {lookback_window_size: P1D}}\nreference_data: {data_window: {window_start: 2001-01-01, window_end: 2001-01-08}}";
        var signal = Block("monitoring.md", 1).TrimEnd() + "\n" + Indented(Windows, 2);
        var yaml = $$"""
            name: m
            trigger: {type: recurrence, frequency: day, interval: 1}
            create_monitor:
              monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
              monitoring_signals:
            {{Indented(signal, 4)}}
            """;

        var monitor = MonitorReader.Read(yaml, "monitor.yml");

        Check("schedule", yaml);
        Assert.Equal((true, null), (monitor.Signals[0].OfProfiles, monitor.Signals[0].Reference!.Asset));
    }

    [Theory]
    [InlineData("alerts.md", 0, "alert-rule")]
    [InlineData("alerts.md", 1, "receiver")]
    [InlineData("anomalies.md", 0, "anomaly-detector")]
    [InlineData("anomalies.md", 1, "schedule")]
    public void The_definitions_of_the_guides_are_valid(string guide, int block, string kind) => Check(kind, Block(guide, block));

    [Fact]
    public void The_policy_of_the_guide_is_valid_with_its_rollout()
    {
        var policy = Block("retraining.md", 0);

        var read = RetrainingReader.Read(ShortRollout.Replace(policy, Block("retraining.md", 1)), "retraining.yml");

        Assert.NotNull(read.Rollout);
    }

    private static void Check(string kind, string yaml) => Definitions.Read(new DefinitionFile { Yaml = yaml, Source = "guide.yml", Kind = kind });

    private static string Indented(string text, int by) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => new string(' ', by) + line));

    private static string Block(string guide, int index) =>
        Yaml.Matches(File.ReadAllText(Repository.Path($"docs/guides/{guide}")))[index].Groups["yaml"].Value;

    [GeneratedRegex("^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml { get; }

    [GeneratedRegex("^rollout: .*$", RegexOptions.Multiline)]
    private static partial Regex ShortRollout { get; }
}
