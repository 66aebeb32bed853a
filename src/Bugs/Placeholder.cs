namespace Testbed.Bugs;
internal static class Placeholder;
