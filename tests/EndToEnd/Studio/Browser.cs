using Microsoft.Playwright;

namespace Slipway.EndToEnd.Studio;

/// <summary>A real browser with one page, which notes what it asks for and complains of.</summary>
internal sealed class Browser : IAsyncDisposable
{
    // Debian's; Playwright's own browsers would have to be downloaded.
    private const string Chromium = "/usr/bin/chromium";

    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.Request += (_, request) => Requests.Add(new Uri(request.Url));
        page.PageError += (_, error) => Complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Complaints.Add(message.Text);
        };
    }

    public IPage Page { get; }

    public List<Uri> Requests { get; } = [];

    /// <summary>Errors of scripts, and what the Content-Security-Policy refused.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> OpenAsync(Uri server)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = s_arguments });
        return new Browser(playwright, browser, await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = server.ToString() }));
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
