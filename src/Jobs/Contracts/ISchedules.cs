using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>Schedules that another module keeps for things of its own which have a trigger: a monitor's, under its name.</summary>
public interface ISchedules
{
    /// <summary>
    /// Checks and keeps the schedule that a definition is; one of its name becomes this one. Conflict when that one does something else.
    /// </summary>
    Task KeepAsync(Caller caller, string yaml, string source, CancellationToken ct);

    /// <summary>False when no schedule of this name does this.</summary>
    /// <param name="act">The field of the definition: "create_monitor".</param>
    Task<bool> IsKeptAsync(WorkspaceName workspace, string name, string act, CancellationToken ct);

    /// <summary>Has it fire from now on, or no more; nothing when no schedule of this name does this.</summary>
    Task SwitchAsync(Caller caller, string name, string act, bool enabled, CancellationToken ct);

    /// <summary>With its history; nothing when no schedule of this name does this.</summary>
    Task DeleteAsync(Caller caller, string name, string act, CancellationToken ct);
}
