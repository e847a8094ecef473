using Microsoft.AspNetCore.Http;

namespace Slipway.Kernel.Http;

/// <summary>
/// Endpoint metadata: how a protocol (MLflow, the Open Inference Protocol …) renders a refusal. Routes without one
/// answer with problem details (RFC 9457).
/// </summary>
public interface IErrorShape
{
    /// <summary>Writes status and body for the refusal; nothing has been sent yet.</summary>
    Task WriteAsync(HttpContext context, SlipwayException refusal);
}
