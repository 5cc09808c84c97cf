// What a bot says, as Markdown without HTML: the one place that turns its text into elements.

import { memo } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";

const SAFE = /^(https?:|mailto:|tel:)/i;
const PLUGINS = [remarkGfm];
const PARTS = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // A picture would be a request to another site; its address is offered instead.
  img: ({ src, alt }) =>
    src ? (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        {alt || src}
      </a>
    ) : (
      <span>{alt}</span>
    ),
  table: ({ children }) => (
    <div className="speech-table" tabIndex={0} role="group">
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  // The page has one h1, and the conversation is below it.
  h1: ({ children }) => <p className="speech-heading">{children}</p>,
  h2: ({ children }) => <p className="speech-heading">{children}</p>,
  h3: ({ children }) => <p className="speech-heading">{children}</p>,
  h4: ({ children }) => <p className="speech-heading">{children}</p>,
  h5: ({ children }) => <p className="speech-heading">{children}</p>,
  h6: ({ children }) => <p className="speech-heading">{children}</p>,
  input: ({ checked }) => <span aria-hidden="true">{checked ? "☑ " : "☐ "}</span>,
};

const safeUrl = (url) => (SAFE.test(url) ? url : "");

export const Speech = memo(function Speech({ text }) {
  return (
    <div className="speech">
      <Markdown remarkPlugins={PLUGINS} components={PARTS} urlTransform={safeUrl}>
        {text}
      </Markdown>
    </div>
  );
});
