using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Notifications;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class GroupPlanTests
{
    private static readonly DateTimeOffset s_start = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Receiver s_receiver = new()
    {
        Name = "ops",
        GroupWaitText = "30s",
        GroupIntervalText = "5m",
        RepeatIntervalText = "4h",
        Email = new EmailChannel { To = ["a@b.c"] },
    };

    [Fact]
    public void What_is_over_before_the_wait_is_over_is_never_told() =>
        Assert.Null(GroupPlan.Next(s_receiver, Group(), [], [], s_start.AddSeconds(31)).Group);

    [Fact]
    public void News_of_a_group_wait_for_its_interval()
    {
        var told = Told("a");

        Assert.False(GroupPlan.Next(s_receiver, told, [Of("a"), Of("b")], [Of("a")], s_start.AddMinutes(4)).Speaks);
        var step = GroupPlan.Next(s_receiver, told, [Of("a"), Of("b")], [Of("a")], s_start.AddMinutes(5));

        Assert.Equal((2, 0), (step.Firing.Count, step.Resolved.Count));
        Assert.Equal(["a", "b"], step.Group!.ReadTold());
    }

    [Fact]
    public void The_last_end_is_told_and_the_group_forgotten()
    {
        var step = GroupPlan.Next(s_receiver, Told("a"), [], [Of("a") with { Status = Alert.Resolved }], s_start.AddMinutes(5));

        Assert.Equal((null, 0, 1), (step.Group, step.Firing.Count, step.Resolved.Count));
    }

    [Fact]
    public void Who_does_not_want_to_hear_of_ends_does_not()
    {
        var quiet = s_receiver with { SendsResolved = false };
        var resolved = Of("a") with { Status = Alert.Resolved };

        Assert.False(GroupPlan.Next(quiet, Told("a", "b"), [Of("b")], [resolved, Of("b")], s_start.AddMinutes(5)).Speaks);
        var last = GroupPlan.Next(quiet, Told("a"), [], [resolved], s_start.AddMinutes(5));

        Assert.Equal((null, false), (last.Group, last.Speaks));
    }

    [Fact]
    public void What_was_told_and_is_silenced_stays_until_its_end_is_told()
    {
        var step = GroupPlan.Next(s_receiver, Told("a"), [Of("b")], [Of("a")], s_start.AddMinutes(5));

        Assert.Equal(["b", "a"], step.Group!.ReadTold());
        Assert.Equal(["b"], step.Firing.Select(alert => alert.Id));
    }

    [Fact]
    public void Nobody_is_reminded_of_what_is_acknowledged()
    {
        var seen = Of("a") with { AcknowledgedAt = s_start };

        Assert.True(GroupPlan.Next(s_receiver, Told("a"), [Of("a")], [Of("a")], s_start.AddHours(4)).Speaks);
        Assert.False(GroupPlan.Next(s_receiver, Told("a"), [seen], [seen], s_start.AddHours(4)).Speaks);
    }

    private static AlertGroup Group() => new()
    {
        Workspace = "default",
        Receiver = "ops",
        Subject = "rule=x",
        Labels = "{}",
        OpenedAt = s_start.ToUnixTimeMilliseconds(),
        Told = "[]",
        Messages = 0,
    };

    private static AlertGroup Told(params string[] ids) =>
        Group() with { ToldAt = s_start.ToUnixTimeMilliseconds(), Told = AlertGroup.Write(ids), Messages = 1 };

    private static Alert Of(string id) => new()
    {
        Id = id,
        Rule = "x",
        Subject = id,
        Severity = "warning",
        Labels = new Dictionary<string, string>(),
        Status = Alert.Firing,
        Message = id,
        Evidence = "run:r",
        EvidenceTime = s_start,
        Since = s_start,
        OpenedRun = "",
        LastRun = "",
        OpenedAt = s_start,
        FiredAt = s_start,
        UpdatedAt = s_start,
    };
}
