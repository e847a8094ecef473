using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Slipway.Data;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// The numbers of metric keys. Points are many and keys few, so points carry a number; both directions are remembered.
/// </summary>
internal sealed class MetricKeys(Database database)
{
    // Somebody who makes up keys without end must not fill the memory with them.
    private const int MostRemembered = 100_000;

    private ConcurrentDictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private ConcurrentDictionary<long, string> _names = new();

    /// <summary>The number of a key that is remembered, without making a string of it.</summary>
    public bool TryGet(ReadOnlySpan<char> key, out long number) =>
        _numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out number);

    /// <summary>The number; null when no metric has this key.</summary>
    public async Task<long?> FindAsync(string key, CancellationToken ct)
    {
        if (_numbers.TryGetValue(key, out var number))
            return number;
        if (await database.FindAsync<long?>("select no from metric_keys where key = @Key", new { Key = key }, ct) is not { } found)
            return null;
        Remember(key, found);
        return found;
    }

    /// <summary>The numbers of keys, new ones given where needed. Its own transaction: a number is given for ever.</summary>
    public async Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        var numbers = new Dictionary<string, long>(keys.Count, StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (var key in keys)
        {
            if (_numbers.TryGetValue(key, out var number))
                numbers[key] = number;
            else
                unknown.Add(key);
        }

        if (unknown.Count > 0)
        {
            foreach (var row in await AddAsync(unknown, ct))
            {
                Remember(row.Key, row.No);
                numbers[row.Key] = row.No;
            }
        }

        return numbers;
    }

    /// <summary>The key of a number. On the caller's connection: a second one could be waited for for ever.</summary>
    public async Task<string> NameAsync(DbConnection connection, long number, CancellationToken ct)
    {
        if (_names.TryGetValue(number, out var known))
            return known;
        var key = await connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(
                "select key from metric_keys where no = @No", new { No = number }, cancellationToken: ct))
            ?? throw new InvalidOperationException($"There is no metric key {number}.");
        Remember(key, number);
        return key;
    }

    private Task<IReadOnlyList<Row>> AddAsync(List<string> keys, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            // Sorted, so that two batches that bring the same new keys do not wait for each other.
            keys.Sort(StringComparer.Ordinal);
            await tx.ExecuteAsync(
                "insert into metric_keys (key) values (@Key) on conflict (key) do nothing",
                keys.Select(key => new { Key = key }).ToList(),
                token);
            var rows = new List<Row>(keys.Count);
            foreach (var chunk in keys.Chunk(500))
            {
                rows.AddRange(await tx.QueryAsync<Row>(
                    $"select no, key from metric_keys where {database.Dialect.AnyOf("key", "@Keys")}", new { Keys = chunk }, token));
            }

            return (IReadOnlyList<Row>)rows;
        }, ct);

    private void Remember(string key, long number)
    {
        if (_numbers.Count >= MostRemembered)
        {
            _numbers = new(StringComparer.Ordinal);
            _names = new();
        }

        _numbers[key] = number;
        _names[number] = key;
    }

    private sealed record Row
    {
        public required long No { get; init; }

        public required string Key { get; init; }
    }
}
