using System.Data.Common;
using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>Takes deliveries in: a row, and an item of the work queue with the row's id as its payload.</summary>
internal sealed class DeliveryQueue(
    Database database, WorkQueue queue, DeliveryStore store, Destinations destinations, DeliverySender sender, MailSender mail, TimeProvider time) : IDeliveries
{
    public const string WorkKind = "delivery";
    private const int MostBodyBytes = 1024 * 1024;

    public async Task<string> EnqueueAsync(DbTransaction tx, Caller caller, NewDelivery delivery, CancellationToken ct)
    {
        var row = RowOf(caller, delivery);
        if (await DeliveryStore.AddAsync(tx, row, ct))
            await QueueAsync(tx, caller, row.Id, ct);
        return row.Id;
    }

    public Task<string> EnqueueAsync(Caller caller, NewDelivery delivery, CancellationToken ct) =>
        database.WriteAsync((tx, token) => EnqueueAsync(tx, caller, delivery, token), ct);

    public async Task<DeliveryAnswer> TryAsync(Caller caller, NewDelivery delivery, CancellationToken ct) =>
        (await sender.SendAsync(RowOf(caller, delivery), ct)).Answer;

    public async Task<IReadOnlyDictionary<string, DeliveryOutcome>> OutcomesAsync(
        Caller caller, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        (await store.FindAsync(caller.Workspace, ids, ct)).ToDictionary(row => row.Id, row => new DeliveryOutcome(row.State, row.Attempts, row.Error));

    public async Task CheckUrlAsync(string url, CancellationToken ct)
    {
        if (MailSender.IsMail(url))
            mail.Check(url);
        else
            await destinations.CheckHostAsync(destinations.Parse(url, "webhook URL").Host, ct);
    }

    /// <summary>How often it was tried is counted by the worker, which then puts it aside as dead: the queue never gives it up.</summary>
    public Task QueueAsync(DbTransaction tx, Caller caller, string id, CancellationToken ct) => queue.EnqueueAsync(
        tx,
        new NewWork
        {
            Workspace = caller.Workspace,
            Principal = caller.Principal,
            Kind = WorkKind,
            Payload = id,
            MaxAttempts = int.MaxValue,
        },
        ct);

    private Delivery RowOf(Caller caller, NewDelivery delivery)
    {
        if (Encoding.UTF8.GetByteCount(delivery.Body) > MostBodyBytes)
            throw new SlipwayException(ErrorCode.TooLarge, $"A delivery has at most {MostBodyBytes} bytes.");
        return new Delivery
        {
            Id = delivery.Id ?? Ids.New(time),
            Workspace = caller.Workspace.Value,
            Subject = delivery.Subject,
            Url = delivery.Url,
            Body = delivery.Body,
            HeaderPrefix = delivery.HeaderPrefix,
            Secret = delivery.Secret,
            Token = delivery.Token?.Secret,
            TokenUse = delivery.Token?.Use,
            State = DeliveryState.Waiting,
            Attempts = 0,
            CreatedAt = time.UtcNow(),
        };
    }
}
