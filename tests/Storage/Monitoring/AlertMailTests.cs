using System.Net;
using System.Net.Sockets;
using MimeKit;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Monitoring;

/// <summary>E-mails over a real mail server that wants STARTTLS and a password.</summary>
public sealed class AlertMailTests() : AlertContract(DatabaseProvider.Sqlite)
{
    private Dictionary<string, string?> _mail = [];
    private string _folder = "";

    private protected override Dictionary<string, string?> Settings => new(base.Settings.Concat(_mail));

    [Fact]
    public async Task The_e_mails_of_a_monitor_are_sent_encrypted_and_tell_the_cause()
    {
        await GivenMailAsync();
        var to = $"{Ids.New(TimeProvider.System)}@example.com";
        await Host.RegisterAsync(MonitorBed.Profile(), Ct);
        await Host.DeclareAsync(
            """
            name: flights
            create_monitor:
              monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
              monitoring_signals:
                inputs: {type: data_drift, metric_thresholds: {numerical: {population_stability_index: 0.2}}}
              alert_notification: {emails: ["TO"]}
            """.Replace("TO", to, StringComparison.Ordinal),
            Ct);
        Host.Collected.Windows[MonitorBed.Week(1)] = MonitorBed.Answers(hour: "i % 12");

        var run = await Host.RunAsync(MonitorBed.Week(1), Ct);
        await Host.LookAsync(Ct);
        await Host.DeliverAsync(Ct);

        var mail = Assert.Single(Mails(), mail => mail.To.ToString() == to);
        Assert.StartsWith("[FIRING:1] flights/inputs: 1 of 2 features drifted in 2001-01-08 to 2001-01-15 against the training data", mail.Subject, StringComparison.Ordinal);
        Assert.Contains("hour population_stability_index ", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("seen since 2001-01-08 00:00 UTC", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains($"https://slipway.example.com/monitors/flights?run={run.Id}", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal("alerts@example.com", mail.From.ToString());
    }

    [Theory]
    [InlineData("nobody@example.com", false, "The mail server answered 550: There is no such mailbox")]
    [InlineData("busy@example.com", true, "The mail server answered 450: The mailbox is busy")]
    public async Task What_the_mail_server_will_never_take_is_given_up_and_what_it_may_take_later_is_not(string to, bool waits, string told)
    {
        await GivenMailAsync();
        var id = await SendAsync(to);

        await Host.DeliverAsync(Ct);

        Assert.Equal((waits ? "waiting" : "dead", told), await OutcomeAsync(id));
    }

    [Fact]
    public async Task A_password_that_is_wrong_is_told_and_tried_again()
    {
        await GivenMailAsync(password: "wrong");
        var id = await SendAsync("ops@example.com");

        await Host.DeliverAsync(Ct);

        var (state, error) = await OutcomeAsync(id);
        Assert.Equal("waiting", state);
        Assert.Contains("Authentication", error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_mail_server_without_encryption_gets_no_password()
    {
        await GivenMailAsync();
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        _mail["Mail:Port"] = ((IPEndPoint)plain.LocalEndpoint).Port.ToString(null, null);
        var host = AnotherServer();
        var id = await SendAsync("ops@example.com");

        var sent = host.DeliverAsync(Ct);
        using var connection = await plain.AcceptTcpClientAsync(Ct);
        await using var stream = connection.GetStream();
        await stream.WriteAsync("220 here\r\n"u8.ToArray(), Ct);
        Assert.StartsWith("EHLO", await ReadAsync(stream), StringComparison.Ordinal);
        await stream.WriteAsync("250 here\r\n"u8.ToArray(), Ct);
        await sent;

        Assert.DoesNotContain("AUTH", await ReadAsync(stream), StringComparison.Ordinal);
        Assert.Contains("STARTTLS", (await OutcomeAsync(id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_that_hangs_is_left_and_tried_again()
    {
        await GivenMailAsync();
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        _mail["Mail:Port"] = ((IPEndPoint)hanging.LocalEndpoint).Port.ToString(null, null);
        var host = AnotherServer();
        var id = await SendAsync("ops@example.com");

        var sent = host.DeliverAsync(Ct);
        using var connection = await hanging.AcceptTcpClientAsync(Ct);
        Time.Advance(TimeSpan.FromSeconds(31));
        await sent;

        Assert.Equal(("waiting", "No answer within 30 seconds."), await OutcomeAsync(id));
    }

    private async Task GivenMailAsync(string password = "s3cret")
    {
        var line = (await PrivateServer.Mail.LineAsync()).Split(' ');
        _folder = line[1];
        _mail = new Dictionary<string, string?>
        {
            ["Mail:Host"] = "localhost",
            ["Mail:Port"] = line[0],
            ["Mail:User"] = "slipway",
            ["Mail:PasswordSecret"] = "mail-password",
            ["Mail:From"] = "alerts@example.com",
            ["Mail:TrustedCertificates"] = line[2],
        };
        await GivenAsync(rule: "", receiver: null);
        await Host.Get<IVault>().SetAsync(Caller.System, "mail-password", password, Ct);
    }

    private Task<string> SendAsync(string to) =>
        Host.Get<IDeliveries>().EnqueueAsync(Caller.System, NewDelivery.Mail("test:1", [to], new MailText("A test", "Nothing is wrong.")), Ct);

    private async Task<(string State, string? Error)> OutcomeAsync(string id)
    {
        var outcome = (await Host.Get<IDeliveries>().OutcomesAsync(Caller.System, [id], Ct))[id];
        return (outcome.State, outcome.Error);
    }

    private List<MimeMessage> Mails() => [.. Directory.GetFiles(Path.Combine(_folder, "new")).Select(file => MimeMessage.Load(file, CancellationToken.None))];

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[1000];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Ct));
    }
}
