namespace Slipway.Kernel.Http;

/// <summary>Endpoint metadata: the body is no JSON that a record describes, but text or bytes of this type.</summary>
public sealed record RawBody(string ContentType);
