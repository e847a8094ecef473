namespace Slipway.Cli.Mounts;

/// <summary>Says why programs get errors from a mount, once and not of every read, and when that is over.</summary>
internal sealed class ReadTroubles(TextWriter errors)
{
    private int _failing;

    public void Tell(string path, Exception? trouble)
    {
        if (trouble is null)
        {
            if (_failing == 1 && Interlocked.Exchange(ref _failing, 0) == 1)
                errors.WriteLine("Files can be read again.");
        }
        else if (Interlocked.Exchange(ref _failing, 1) == 0)
        {
            errors.WriteLine($"'{path}' could not be read: {trouble.Message}");
        }
    }
}
