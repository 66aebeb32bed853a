namespace Testbed.Explorer;
internal static class Placeholder;
