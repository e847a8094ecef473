using System.Globalization;

namespace Slipway.Jobs.Execution;

/// <summary>
/// The folders of one attempt at a step. Each attempt has its own, so that it begins empty whatever an earlier one left
/// behind; no name in it is the user's but those of inputs and outputs, which are letters, digits and '_'.
/// </summary>
internal sealed class StepFolders : IDisposable
{
    private readonly SpareFolders? _spares;
    private bool _isLeft;

    private StepFolders(string root, SpareFolders? spares)
    {
        Root = root;
        _spares = spares;
    }

    public string Root { get; }

    public string Work => Path.Combine(Root, "work");

    /// <summary>Where a command runs: a copy of its code, which it may change.</summary>
    public string Code => Path.Combine(Work, "code");

    public string Log => Path.Combine(Root, "std_log.txt");

    public string Inputs => Path.Combine(Root, "inputs");

    public string Files => Path.Combine(Root, "files");

    public string Outputs => Path.Combine(Root, "outputs");

    /// <summary>
    /// A file that a target writes while the step runs where this process's death does not end it: the folder then stays for
    /// the next attempt to go on with.
    /// </summary>
    public string Detached => Path.Combine(Root, "detached");

    /// <summary>A file that says that another attempt can go on with what this one has done, should this process die.</summary>
    public string Resumable => Path.Combine(Root, "resumable");

    /// <summary>True: it holds what an earlier attempt, whose worker died, has done or still does.</summary>
    public bool IsAdopted { get; private init; }

    private bool MustStay => System.IO.File.Exists(Detached) || System.IO.File.Exists(Resumable);

    /// <summary>What every attempt has.</summary>
    private string[] Skeleton => [Outputs, Path.Combine(Code, "outputs"), Path.Combine(Code, "logs")];

    public static StepFolders Create(string parent, string runId, long fence, SpareFolders spares)
    {
        if (FindDetached(parent, runId) is { } left)
            return new StepFolders(left, null) { IsAdopted = true };

        var folders = new StepFolders(Path.Combine(parent, $"{runId}-{fence.ToString(CultureInfo.InvariantCulture)}"), spares);
        folders.Delete();
        if (!spares.TryMoveTo(folders.Root))
        {
            foreach (var folder in folders.Skeleton)
                Directory.CreateDirectory(folder);
        }

        return folders;
    }

    /// <summary>Deletes what attempts of a process that died left behind, but for those that still run.</summary>
    public static void DeleteAll(string parent)
    {
        foreach (var folder in Directory.Exists(parent) ? Directory.GetDirectories(parent) : [])
        {
            if (new StepFolders(folder, null) is { MustStay: false } left)
                left.Delete();
        }
    }

    public string Input(string name) => Path.Combine(Inputs, name);

    public string File(string field) => Path.Combine(Files, field);

    public string Output(string name) => Directory.CreateDirectory(Path.Combine(Outputs, name)).FullName;

    /// <summary>The process ends, and the next one begins the step again: what can be gone on with stays.</summary>
    public void LeaveResumable() => _isLeft = System.IO.File.Exists(Resumable);

    public void Dispose()
    {
        if (_isLeft)
            return;

        try
        {
            if (_spares?.TryTake(Root, Skeleton) != true)
                Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Delete();
        }
    }

    private static string? FindDetached(string parent, string runId) => Directory.Exists(parent)
        ? Directory.EnumerateDirectories(parent, $"{runId}-*").FirstOrDefault(left => new StepFolders(left, null).MustStay)
        : null;

    private void Delete()
    {
        try
        {
            if (Directory.Exists(Root))
                Directory.Delete(Root, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A step may have made folders that may not be written; they go with the next start or by hand, and the
            // result of the step does not depend on it.
        }
    }
}
