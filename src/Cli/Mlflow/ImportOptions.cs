namespace Slipway.Cli.Mlflow;

/// <param name="Experiments">Names or ids; none: all, with the registered models.</param>
/// <param name="Models">The registered models too when experiments are chosen.</param>
/// <param name="DryRun">Only look what would be added.</param>
internal sealed record ImportOptions(IReadOnlyList<string> Experiments, bool Models, bool DryRun);
