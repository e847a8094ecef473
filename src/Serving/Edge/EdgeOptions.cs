namespace Slipway.Serving.Edge;

/// <summary>Which endpoint a process answers for, and where it is administered.</summary>
/// <param name="Home">The folder with the models, the last configuration, and what is still to be sent.</param>
/// <param name="SpoolBytes">How much collected data may wait for the server; what is older is given up and counted.</param>
internal sealed record EdgeOptions(string Endpoint, Uri Server, string? Token, string? Workspace, string Home, long SpoolBytes);
