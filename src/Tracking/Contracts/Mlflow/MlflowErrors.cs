using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>MLflow's error body: {"error_code", "message"}, with MLflow's names and statuses.</summary>
public sealed class MlflowErrors : IErrorShape
{
    private MlflowErrors()
    {
    }

    public static MlflowErrors Shape { get; } = new();

    public async Task WriteAsync(HttpContext context, SlipwayException refusal)
    {
        var (code, status) = Of(refusal.Code);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(
            response.BodyWriter, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("error_code", code);
        writer.WriteString("message", refusal.Message);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
    }

    /// <summary>
    /// The client retries 500 for minutes, so a state that does not allow the call keeps MLflow's INVALID_STATE but is
    /// answered with 409.
    /// </summary>
    public static (string Name, int Status) Of(ErrorCode code) => code switch
    {
        ErrorCode.InvalidParameter or ErrorCode.TooLarge => ("INVALID_PARAMETER_VALUE", 400),
        ErrorCode.EngineFailed => ("BAD_REQUEST", 400),
        ErrorCode.AlreadyExists => ("RESOURCE_ALREADY_EXISTS", 400),
        ErrorCode.Unauthenticated => ("UNAUTHENTICATED", 401),
        ErrorCode.PermissionDenied => ("PERMISSION_DENIED", 403),
        ErrorCode.NotFound => ("RESOURCE_DOES_NOT_EXIST", 404),
        ErrorCode.Conflict => ("INVALID_STATE", 409),
        ErrorCode.Exhausted => ("REQUEST_LIMIT_EXCEEDED", 429),
        ErrorCode.NotImplemented => ("NOT_IMPLEMENTED", 501),
        ErrorCode.Unavailable => ("TEMPORARILY_UNAVAILABLE", 503),
        ErrorCode.Timeout => ("DEADLINE_EXCEEDED", 504),
        ErrorCode.StorageFull => ("RESOURCE_EXHAUSTED", 507),
        ErrorCode.Corrupt => ("DATA_LOSS", 500),
        _ => ("INTERNAL_ERROR", 500),
    };
}
