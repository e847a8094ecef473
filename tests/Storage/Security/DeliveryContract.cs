using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security;
using Slipway.Security.Access;
using Slipway.Security.Audit;
using Slipway.Security.Contracts;
using Slipway.Security.Deliveries;
using Slipway.Security.Secrets;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Security;

public abstract class DeliveryContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Caller s_ana = new(WorkspaceName.Default, "ana");

    private WebReceiver _receiver = null!;
    private Vault _vault = null!;
    private WorkQueue _queue = null!;
    private DeliverySender _sender = null!;

    protected override IEnumerable<IMigrations> Modules =>
        [new EmbeddedMigrations("security", typeof(SecurityModule).Assembly)];

    private DeliveryStore Store => new(Database);

    [Fact]
    public async Task A_delivery_reaches_its_receiver_signed_with_the_secret_from_the_vault()
    {
        var deliveries = await GivenAsync();
        await _vault.SetAsync(s_ana, "hook", "s3cret", Ct);

        var id = await deliveries.EnqueueAsync(s_ana, New() with { Secret = "hook", HeaderPrefix = "X-MLflow" }, Ct);
        await WorkAsync();

        var call = await _receiver.NextAsync(Ct);
        Assert.Equal("""{"answer": 42}""", call.Body);
        Assert.Equal("application/json", call.Headers["Content-Type"]);
        Assert.Equal(id, call.Headers["X-MLflow-Delivery-Id"]);
        Assert.Equal("978307200", call.Headers["X-MLflow-Timestamp"]);
        var signature = HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes($"{id}.978307200.{call.Body}"));
        Assert.Equal("v1," + Convert.ToBase64String(signature), call.Headers["X-MLflow-Signature"]);
        Assert.Equal((DeliveryState.Delivered, 1, 200), await StateAsync(id));
    }

    [Theory]
    [InlineData(TokenUse.Bearer, "Authorization", "Bearer s3cret")]
    [InlineData(TokenUse.Basic, "Authorization", "Basic OnMzY3JldA==")]
    [InlineData(TokenUse.PrivateToken, "PRIVATE-TOKEN", "s3cret")]
    public async Task A_delivery_signs_in_with_a_token_from_the_vault(TokenUse use, string header, string value)
    {
        var deliveries = await GivenAsync();
        await _vault.SetAsync(s_ana, "token", "s3cret", Ct);

        await deliveries.EnqueueAsync(s_ana, New() with { Token = new DeliveryToken("token", use) }, Ct);
        await WorkAsync();

        Assert.Equal(value, (await _receiver.NextAsync(Ct)).Headers[header]);
    }

    [Fact]
    public async Task It_is_sent_only_if_the_write_that_it_belongs_to_is_committed()
    {
        var deliveries = await GivenAsync();

        await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(
            async (tx, token) =>
            {
                await deliveries.EnqueueAsync(tx, s_ana, New(), token);
                throw SlipwayException.Conflict("changed my mind");
            },
            Ct));

        Assert.Null(await LeaseAsync());
    }

    [Fact]
    public async Task The_same_news_told_twice_is_sent_once()
    {
        var deliveries = await GivenAsync();

        await deliveries.EnqueueAsync(s_ana, New() with { Id = "news-1" }, Ct);
        await deliveries.EnqueueAsync(s_ana, New() with { Id = "news-1" }, Ct);
        await WorkAsync();

        Assert.Null(await LeaseAsync());
    }

    [Fact]
    public async Task A_busy_receiver_is_asked_again_after_growing_pauses_until_it_takes_it()
    {
        var deliveries = await GivenAsync();
        _receiver.AnswerNext(503);
        _receiver.AnswerNext(429);
        var id = await deliveries.EnqueueAsync(s_ana, New(), Ct);

        await WorkAsync();
        Assert.Null(await LeaseAsync());
        Time.Advance(TimeSpan.FromSeconds(1));
        await WorkAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await LeaseAsync());
        Time.Advance(TimeSpan.FromSeconds(1));
        await WorkAsync();

        Assert.Equal((DeliveryState.Delivered, 3, 200), await StateAsync(id));
        Assert.Equal(3, _receiver.Waiting);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_patience_gets_it()
    {
        var deliveries = await GivenAsync();
        _receiver.Answers.Enqueue(response => (response.StatusCode, response.Headers.RetryAfter) = (429, "60"));
        await deliveries.EnqueueAsync(s_ana, New(), Ct);

        await WorkAsync();

        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(await LeaseAsync());
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await LeaseAsync());
    }

    [Fact]
    public async Task What_is_never_taken_is_dead_after_the_last_attempt_and_can_be_revived()
    {
        var deliveries = await GivenAsync(new DeliveryOptions { AllowHttp = true, AllowPrivateAddresses = true, Attempts = 2 });
        _receiver.AnswerNext(500);
        _receiver.AnswerNext(500);
        var id = await deliveries.EnqueueAsync(s_ana, New(), Ct);
        await WorkAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await WorkAsync();

        var dead = Assert.Single(await Store.ListAsync(WorkspaceName.Default, DeliveryState.Dead, before: null, limit: 10, Ct));
        Assert.Equal((id, 2, "It answered 500."), (dead.Id, dead.Attempts, dead.Error));

        await Database.WriteAsync(
            async (tx, token) =>
            {
                Assert.True(await DeliveryStore.ReviveAsync(tx, WorkspaceName.Default, id, token));
                await deliveries.QueueAsync(tx, s_ana, id, token);
            },
            Ct);
        await WorkAsync();
        Assert.Equal((DeliveryState.Delivered, 1, 200), await StateAsync(id));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_receiver_that_will_never_take_it_is_not_asked_again(int status)
    {
        var deliveries = await GivenAsync();
        _receiver.Answers.Enqueue(response => (response.StatusCode, response.Headers.Location) = (status, "/elsewhere"));
        var id = await deliveries.EnqueueAsync(s_ana, New(), Ct);

        await WorkAsync();

        Assert.Equal((DeliveryState.Dead, 1, status), await StateAsync(id));
        Assert.Equal(1, _receiver.Waiting);
    }

    [Fact]
    public async Task A_private_address_is_never_connected_to_unless_that_is_allowed()
    {
        var deliveries = await GivenAsync(new DeliveryOptions { AllowHttp = true });

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => deliveries.CheckUrlAsync(_receiver.Url, Ct));
        var answer = await deliveries.TryAsync(s_ana, New(), Ct);
        var byName = await deliveries.TryAsync(s_ana, New() with { Url = _receiver.Url.Replace("127.0.0.1", "localhost") }, Ct);

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains("non-public IP address: '127.0.0.1'", answer.Error);
        Assert.Contains("non-public IP address: 'localhost'", byName.Error);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Theory]
    [InlineData("http://example.com/hook")]
    [InlineData("ftp://example.com/hook")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("https://")]
    [InlineData("/hook")]
    [InlineData("")]
    public async Task A_url_that_may_not_be_called_is_refused_when_it_is_configured(string url)
    {
        var deliveries = await GivenAsync(new DeliveryOptions { AllowPrivateAddresses = true });

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => deliveries.CheckUrlAsync(url, Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    [Fact]
    public async Task A_missing_secret_is_told_and_nothing_goes_out_unsigned()
    {
        var deliveries = await GivenAsync();

        var answer = await deliveries.TryAsync(s_ana, New() with { Secret = "gone" }, Ct);

        Assert.Equal("Secret 'gone' does not exist.", answer.Error);
        Assert.Equal(0, _receiver.Waiting);
    }

    public override async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        await _receiver.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<DeliveryQueue> GivenAsync(DeliveryOptions? options = null)
    {
        _receiver = await WebReceiver.StartAsync(Ct);
        var roles = new RoleStore(Database, Time);
        await roles.CreateWorkspaceAsync(Caller.System, WorkspaceName.Default, Ct);
        await roles.AssignAsync(Caller.System, "ana", Role.Parse("administrator"), Ct);
        var audit = new AuditLog(Database, Time);
        _vault = new Vault(Database, VaultKey.LoadOrCreate(Folder), new RoleAccess(roles, audit), audit, Time);
        _queue = new WorkQueue(Database, Time);
        Chosen = Options.Create(options ?? new DeliveryOptions { AllowHttp = true, AllowPrivateAddresses = true });
        var destinations = new Destinations(Chosen);
        var mail = new MailSender(_vault, Options.Create(new MailOptions()));
        _sender = new DeliverySender(destinations, _vault, mail, Chosen, Time);
        return new DeliveryQueue(Database, _queue, Store, destinations, _sender, mail, Time);
    }

    private IOptions<DeliveryOptions> Chosen { get; set; } = null!;

    private NewDelivery New() => new() { Subject = "test:1", Url = _receiver.Url, Body = """{"answer": 42}""" };

    private Task<Lease?> LeaseAsync() => _queue.LeaseAsync([DeliveryQueue.WorkKind], "me", TimeSpan.FromMinutes(1), Ct);

    private async Task WorkAsync()
    {
        using var worker = new DeliveryWorker(_queue, Database, Store, _sender, Chosen, Time, NullLogger<DeliveryWorker>.Instance);
        await worker.DeliverAsync((await LeaseAsync())!, Ct);
    }

    private async Task<(string State, int Attempts, int? Status)> StateAsync(string id) =>
        await Store.FindAsync(id, Ct) is { } row ? (row.State, row.Attempts, row.Status) : default;
}

public sealed class DeliveriesOnSqlite() : DeliveryContract(DatabaseProvider.Sqlite);

public sealed class DeliveriesOnPostgres() : DeliveryContract(DatabaseProvider.Postgres);
