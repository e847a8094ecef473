using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Bench.Serving;

/// <summary>
/// The floor under serving over HTTP: Kestrel, Utf8JsonReader, one run, Utf8JsonWriter. No routing, no middleware, no checks, no log,
/// nothing kept. It takes the inputs in the order of the model.
/// </summary>
internal sealed class ThinServer : IAsyncDisposable
{
    private readonly ConcurrentBag<Place> _places = [];
    private readonly OnnxSession _session;
    private readonly WebApplication _app;

    private ThinServer(byte[] model)
    {
        _session = OnnxSession.Load(model);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Url => new(_app.Urls.First());

    public static async Task<ThinServer> StartAsync(byte[] model, CancellationToken ct)
    {
        var server = new ThinServer(model);
        await server._app.StartAsync(ct);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var place in _places)
            place.Runner.Dispose();
        _session.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var length = (int)context.Request.ContentLength!;
        var body = await context.Request.BodyReader.ReadAtLeastAsync(length, CancellationToken.None);
        if (!_places.TryTake(out var place))
            place = new Place(new OnnxRunner(_session, new OnnxRunnerSettings { Capacity = 1024 }));
        var rows = Read(body.Buffer, place.Runner);
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        place.Runner.Run(rows, CancellationToken.None);
        Write(place);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = place.Answer.WrittenCount;
        context.Response.BodyWriter.Write(place.Answer.WrittenSpan);
        _places.Add(place);
    }

    private static int Read(ReadOnlySequence<byte> body, OnnxRunner runner)
    {
        var reader = new Utf8JsonReader(body);
        var (input, elements) = (0, 0);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("data"u8))
                continue;
            elements = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.String)
                    runner.Inputs[input].SetText(elements++, reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
                else if (reader.TokenType == JsonTokenType.Number)
                    runner.Inputs[input].Span<float>()[elements++] = reader.GetSingle();
            }

            input++;
        }

        return elements / runner.Inputs[^1].RowLength;
    }

    private static void Write(Place place)
    {
        var (json, runner) = (place.Json, place.Runner);
        place.Answer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteStartArray("outputs"u8);
        foreach (var output in runner.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, output.Field.Name);
            json.WriteStartArray("shape"u8);
            foreach (var dim in output.Dims)
                json.WriteNumberValue(dim);
            json.WriteEndArray();
            json.WriteStartArray("data"u8);
            WriteData(json, output);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteData(Utf8JsonWriter json, OnnxOutput output)
    {
        if (output.ElementType == OnnxElementType.Int64)
        {
            foreach (var value in output.Span<long>())
                json.WriteNumberValue(value);
            return;
        }

        foreach (var value in output.Span<float>())
            json.WriteNumberValue(value);
    }

    private sealed class Place(OnnxRunner runner)
    {
        public OnnxRunner Runner { get; } = runner;

        public ArrayBufferWriter<byte> Answer { get; } = new(4096);

        public Utf8JsonWriter Json => field ??= new Utf8JsonWriter(Answer);
    }
}
