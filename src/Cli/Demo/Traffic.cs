using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Cli.Demo;

/// <summary>A flight as the endpoint is asked about it.</summary>
internal sealed record Flight(
    DateTimeOffset Date, int Hour, int Weekday, string Origin, string Destination, double Distance, double? LateRate, bool Late);

/// <summary>Plays the airlines: asks the endpoint about each flight of a week, in requests of one batch, over real HTTP.</summary>
internal sealed class Traffic(HttpClient http, string endpoint, string model)
{
    public const int BatchSize = 256;

    /// <summary>The header that says which request of which week it is.</summary>
    public const string KeyHeader = "x-flights-batch";

    private const int Connections = 3;

    /// <summary>Asks about flights [from, to); the id of flight i is <see cref="PredictionId"/>(week, i).</summary>
    public async Task SendAsync(int week, IReadOnlyList<Flight> flights, int fromBatch, int toBatch, CancellationToken ct) =>
        await Parallel.ForEachAsync(
            Enumerable.Range(fromBatch, toBatch - fromBatch),
            new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = ct },
            async (batch, token) => await SendBatchAsync(week, batch, flights, token));

    public static int Batches(int flights) => (flights + BatchSize - 1) / BatchSize;

    public static string PredictionId(int week, int flight) =>
        string.Create(CultureInfo.InvariantCulture, $"{RequestId(week, flight / BatchSize)}.{flight % BatchSize}");

    /// <summary>One request as JSON of the Open Inference Protocol, for one batch.</summary>
    internal static ReadOnlyMemory<byte> Body(int week, int batch, IReadOnlyList<Flight> flights)
    {
        var buffer = new ArrayBufferWriter<byte>(32 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        var first = batch * BatchSize;
        var count = Math.Min(BatchSize, flights.Count - first);
        json.WriteStartObject();
        json.WriteString("id", RequestId(week, batch));
        json.WriteStartObject("parameters");
        json.WriteString("event_time", flights[first].Date);
        json.WriteEndObject();
        json.WriteStartArray("inputs");
        Tensor(json, "hour", "FP32", flights, first, count, static (writer, flight) => writer.WriteNumberValue(flight.Hour));
        Tensor(json, "weekday", "FP32", flights, first, count, static (writer, flight) => writer.WriteNumberValue(flight.Weekday));
        Tensor(json, "origin", "BYTES", flights, first, count, static (writer, flight) => writer.WriteStringValue(flight.Origin));
        Tensor(json, "destination", "BYTES", flights, first, count, static (writer, flight) => writer.WriteStringValue(flight.Destination));
        Tensor(json, "distance", "FP32", flights, first, count, static (writer, flight) => writer.WriteNumberValue((float)flight.Distance));
        Tensor(json, "late_rate", "FP32", flights, first, count, static (writer, flight) => WriteRate(writer, flight.LateRate));
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static string RequestId(int week, int batch) => string.Create(CultureInfo.InvariantCulture, $"w{week:00}-{batch:0000}");

    // JSON has no NaN; null is how a missing number is said.
    private static void WriteRate(Utf8JsonWriter json, double? rate)
    {
        if (rate is { } value)
            json.WriteNumberValue((float)value);
        else
            json.WriteNullValue();
    }

    private static void Tensor(
        Utf8JsonWriter json, string name, string type, IReadOnlyList<Flight> flights, int first, int count,
        Action<Utf8JsonWriter, Flight> write)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("datatype", type);
        json.WriteStartArray("shape");
        json.WriteNumberValue(count);
        json.WriteNumberValue(1);
        json.WriteEndArray();
        json.WriteStartArray("data");
        for (var i = first; i < first + count; i++)
            write(json, flights[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task SendBatchAsync(int week, int batch, IReadOnlyList<Flight> flights, CancellationToken ct)
    {
        using var content = new ReadOnlyMemoryContent(Body(week, batch, flights));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.Add(KeyHeader, RequestId(week, batch));
        using var answer = await http.PostAsync(new Uri($"endpoints/{endpoint}/v2/models/{model}/infer", UriKind.Relative), content, ct);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable,
                $"The endpoint answered {(int)answer.StatusCode} to batch {batch} of week {week}: {await answer.Content.ReadAsStringAsync(ct)}");
        }

        await answer.Content.CopyToAsync(Stream.Null, ct);
    }
}
