using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>One request of the MLflow REST API: who calls, with which fields; and the way to answer.</summary>
public sealed class MlflowCall
{
    private static readonly JsonElement s_empty = JsonElement.Parse("{}");
    private static readonly JsonWriterOptions s_writing = new()
    {
        // The answer is JSON and says so (nosniff): only what JSON itself demands is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private MlflowCall(HttpContext http, Caller caller, MlflowFields fields)
    {
        Http = http;
        Caller = caller;
        Fields = fields;
    }

    public HttpContext Http { get; }

    public Caller Caller { get; }

    public MlflowFields Fields { get; }

    /// <summary>Reads the query of a GET, else the body.</summary>
    public static async ValueTask<MlflowCall> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var caller = await Caller.BindAsync(http);
        var request = http.Request;
        if (HttpMethods.IsGet(request.Method) && request.Query.Count > 0)
            return new MlflowCall(http, caller, new MlflowFields(FromQuery(request.Query)));

        if (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method))
            DemandJson(request.ContentType);
        return new MlflowCall(http, caller, new MlflowFields(await ReadBodyAsync(http, ct)));
    }

    /// <summary>A call whose body is not JSON or is read by the operation itself; the fields are those of the query.</summary>
    public static async ValueTask<MlflowCall> WithoutBodyAsync(HttpContext http) =>
        new(http, await Caller.BindAsync(http), new MlflowFields(FromQuery(http.Request.Query)));

    /// <summary>The value of a {name} in the path.</summary>
    public string Route(string name) => Http.Request.RouteValues[name] as string ?? "";

    /// <summary>Answers 200 with one JSON object.</summary>
    public async Task AnswerAsync(Action<Utf8JsonWriter> writeFields, CancellationToken ct)
    {
        var response = Http.Response;
        response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(response.BodyWriter, s_writing);
        writer.WriteStartObject();
        writeFields(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(ct);
    }

    /// <summary>Answers 200 with {}.</summary>
    public Task AnswerAsync(CancellationToken ct) => AnswerAsync(static _ => { }, ct);

    /// <summary>Refuses a request whose body is not declared to be JSON.</summary>
    public static void DemandJson(string? contentType)
    {
        var media = contentType.AsSpan();
        var end = media.IndexOf(';');
        if (!(end < 0 ? media : media[..end]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw SlipwayException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
    }

    private static async Task<JsonElement> ReadBodyAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: ct);
            var root = document.RootElement;

            // Old clients send a JSON string that holds the JSON.
            if (root.ValueKind == JsonValueKind.String)
                root = JsonElement.Parse(root.GetString()!);
            return root.ValueKind == JsonValueKind.Object ? root.Clone() : s_empty;
        }
        catch (JsonException)
        {
            // By MLflow's rule no JSON is no field; the first one that is required says so.
            return s_empty;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new SlipwayException(ErrorCode.TooLarge, "The body of the request is too large; send it in parts.", exception);
        }
    }

    private static JsonElement FromQuery(IQueryCollection query)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, values) in query)
            {
                writer.WritePropertyName(name);
                if (values.Count == 1)
                {
                    writer.WriteStringValue(values[0]);
                    continue;
                }

                writer.WriteStartArray();
                foreach (var value in values)
                    writer.WriteStringValue(value);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
