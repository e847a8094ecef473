using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>How gRPC ends a call: in trailers. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md</summary>
internal sealed class GrpcStatus : IErrorShape
{
    public const string ContentType = "application/grpc";

    public static GrpcStatus Shape { get; } = new();

    public Task WriteAsync(HttpContext context, SlipwayException refusal)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = ContentType;
        End(context, Of(refusal.Code), refusal.Message);
        return Task.CompletedTask;
    }

    public static void End(HttpContext context, int status, string? message)
    {
        Say(context.Response, "grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (message is not null)
            Say(context.Response, "grpc-message", Escaped(message));
    }

    public static int Of(ErrorCode code) => code switch
    {
        ErrorCode.InvalidParameter or ErrorCode.EngineFailed => 3,
        ErrorCode.Timeout => 4,
        ErrorCode.NotFound => 5,
        ErrorCode.AlreadyExists => 6,
        ErrorCode.PermissionDenied => 7,
        ErrorCode.TooLarge or ErrorCode.Exhausted or ErrorCode.StorageFull => 8,
        ErrorCode.Conflict => 9,
        ErrorCode.NotImplemented => 12,
        ErrorCode.Unavailable => 14,
        ErrorCode.Corrupt => 15,
        ErrorCode.Unauthenticated => 16,
        _ => 13,
    };

    // Over HTTP/1.1 nobody reads trailers; the client there learns why it does not work.
    private static void Say(HttpResponse response, string name, string value)
    {
        if (response.SupportsTrailers())
            response.AppendTrailer(name, value);
        else
            response.Headers[name] = value;
    }

    // Percent-encoded UTF-8, but for printable ASCII.
    private static string Escaped(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%')
                text.Append((char)value);
            else
                text.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
